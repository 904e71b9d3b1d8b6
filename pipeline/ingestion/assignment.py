"""The best one-to-one pairing of two lists, given every pair's profit (the Hungarian method)."""

from collections.abc import Sequence
from math import inf


def best_pairs(profits: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Give the (row, column) pairs, by row, whose profits add up to the most.

    `profits` is a full rectangle, none negative; a pair without profit is left out, so a row or a
    column may stay alone. Cubic in the shorter side: some milliseconds for 61 x 61.
    Source: Kuhn 1955, in the form with potentials and one shortest path per row.
    """
    if not profits or not profits[0]:
        return []
    if len(profits) > len(profits[0]):
        turned = [list(column) for column in zip(*profits, strict=True)]
        return sorted((row, column) for column, row in best_pairs(turned))
    row_of = _assign([[-profit for profit in row] for row in profits])
    pairs = ((row, column) for column, row in enumerate(row_of) if row is not None)
    return sorted((row, column) for row, column in pairs if profits[row][column] > 0)


def _assign(costs: Sequence[Sequence[float]]) -> list[int | None]:
    """Give for each column its row, at least cost; there are at least as many columns as rows."""
    width = len(costs[0])
    row_potential = [0.0] * len(costs)
    column_potential = [0.0] * width
    row_of: list[int | None] = [None] * width
    for new_row in range(len(costs)):
        came_from, reached = _shortest_path(costs, new_row, row_of, row_potential, column_potential)
        _turn_path(row_of, came_from, reached, new_row)
    return row_of


def _shortest_path(
    costs: Sequence[Sequence[float]],
    new_row: int,
    row_of: Sequence[int | None],
    row_potential: list[float],
    column_potential: list[float],
) -> tuple[list[int], int]:
    """Find the cheapest way from a new row to a free column; potentials are brought up to date.

    Gives for each column the column before it on the way (-1: the new row itself) and the free one.
    """
    width = len(row_of)
    distance = [inf] * width
    came_from = [-1] * width
    done: list[int] = []
    open_columns = set(range(width))
    row, last, walked = new_row, -1, 0.0
    while True:
        base = walked - row_potential[row]
        for column in open_columns:
            through = base + costs[row][column] - column_potential[column]
            if through < distance[column]:
                distance[column], came_from[column] = through, last
        last = min(open_columns, key=lambda column: (distance[column], column))
        walked = distance[last]
        open_columns.discard(last)
        next_row = row_of[last]
        if next_row is None:
            break
        done.append(last)
        row = next_row
    row_potential[new_row] += walked
    for column in done:
        gain = walked - distance[column]
        column_potential[column] -= gain
        taken = row_of[column]
        assert taken is not None
        row_potential[taken] += gain
    return came_from, last


def _turn_path(
    row_of: list[int | None], came_from: Sequence[int], reached: int, new_row: int
) -> None:
    """Move every row on the way one column along, so that the new row has one too."""
    column = reached
    while (before := came_from[column]) != -1:
        row_of[column] = row_of[before]
        column = before
    row_of[column] = new_row
