"""A sample of cells tells dates, figures, codes and names apart, and knows when it is too small."""

import pytest

from pipeline.ingestion.header_values import (
    SAMPLE_CELLS,
    confirms,
    contradicts,
    implied_role,
    profile_column,
)

DATES = ["1403/05/12", "۱۴۰۳-۵-۱", "03/05/12", "2024-08-02 10:00", "12/05/1403"]
BARE_DATES = ["14030512", "20240802", "45506", "14031230"]
FIGURES = ["1,200", "۱٬۲۰۰٫۵", "(300)", "-5", "1.5E3"]
CODES = ["00123", "۰۴۵۶", "A-12", "9001/2", "77"]
NAMES = ["علی نمونه", "پخش ۲ شرق", "Sample Co", "نان"]
TYPES = ["فروش", "برگشت از فروش", "فاکتور فروش", "مرجوعی"]

NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (DATES, "date"),
        (BARE_DATES, "date"),
        (FIGURES, "measure"),
        (CODES, "key"),
        (BARE_DATES, "key"),
        (TYPES, "type"),
    ],
)
def test_cells_of_a_kind_confirm_it(cells: list[str], kind: str) -> None:
    profile = profile_column([[cell] for cell in cells], 0)
    assert confirms(profile, kind)
    assert not contradicts(profile, kind, NOTHING)


@pytest.mark.parametrize(
    ("cells", "kind", "concepts"),
    [
        (DATES, "key", NOTHING),
        (DATES, "measure", NOTHING),
        (DATES, "type", NOTHING),
        (DATES, "attribute", NOTHING),
        (FIGURES, "key", NOTHING),
        (FIGURES, "date", NOTHING),
        (NAMES, "key", NOTHING),
        (NAMES, "measure", NOTHING),
        (NAMES, "date", NOTHING),
        (CODES[:2] * 3, "text", frozenset({"name", "customer"})),
        (NAMES, "attribute", frozenset({"code", "brand"})),
    ],
)
def test_cells_of_another_kind_contradict(
    cells: list[str], kind: str, concepts: frozenset[str]
) -> None:
    assert contradicts(profile_column([[cell] for cell in cells], 0), kind, concepts)


def test_the_role_of_a_bare_header_comes_from_its_cells() -> None:
    def role(cells: list[str]) -> frozenset[str]:
        return implied_role(profile_column([[cell] for cell in cells], 0))

    assert role(CODES) == {"code"}
    assert role(NAMES) == {"name"}
    assert role(FIGURES) == role(DATES) == role([]) == NOTHING


def test_blank_cells_short_rows_and_small_samples_prove_nothing() -> None:
    profile = profile_column([[" "], ["-"], [], ["1403/01/01"], ["\u200f"]], 0)
    assert profile.filled == 1
    assert not contradicts(profile, "key", NOTHING)
    assert not confirms(profile, "date")


def test_a_sparse_column_is_looked_for_in_all_rows_and_a_full_one_in_some() -> None:
    sparse = [[str(at) if at % 50 == 7 else ""] for at in range(500)]
    assert profile_column(sparse, 0).filled == 10
    assert profile_column([["1"]] * 500, 0).filled == SAMPLE_CELLS
