"""The pairing is one-to-one and no other pairing adds up to more."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingestion.assignment import best_pairs

PROFITS = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 9).map(float), min_size=width, max_size=width), max_size=5
    )
)


def best_sum(profits: list[list[float]]) -> float:
    """Try everything: pad to a square with zeros and walk through all permutations."""
    size = max([len(profits), *map(len, profits)], default=0)
    square = [[*row, *[0.0] * (size - len(row))] for row in profits]
    square += [[0.0] * size for _ in range(size - len(square))]
    return max(
        (sum(square[row][column] for row, column in enumerate(order)))
        for order in permutations(range(size))
    )


@given(PROFITS)
def test_no_pairing_is_better(profits: list[list[float]]) -> None:
    pairs = best_pairs(profits)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert sum(profits[row][column] for row, column in pairs) == best_sum(profits)


def test_the_greedy_choice_is_not_the_best() -> None:
    assert best_pairs([[9.0, 8.0], [8.0, 0.0]]) == [(0, 1), (1, 0)]


def test_nothing_to_pair_is_no_pair() -> None:
    assert best_pairs([]) == best_pairs([[]]) == best_pairs([[0.0]]) == []
