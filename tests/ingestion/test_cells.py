"""Where the cells of a line stand in its text, for whoever must blank some of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.ingestion.cells import Dialect, Quotes, cell_spans, split_cells, unescape

DIALECTS = (
    Dialect(","), Dialect(", "), Dialect("\t"), Dialect(";", None), Dialect(",", "'", "\\"),
    Dialect(",", '"', ""),
)  # fmt: skip


@example(Dialect("\t"), ' ";')
@given(st.sampled_from(DIALECTS), st.text("ab,;'\" \\\t۱ی", max_size=30))
def test_spans_are_those_of_the_cells(dialect: Dialect, text: str) -> None:
    """The text between the ends, without quotes and escapes, is the cell; all in order."""
    split, spans = split_cells(text, dialect), cell_spans(text, dialect)
    if split.quotes in (Quotes.OPEN, Quotes.STRAY):
        assert spans is None
        return
    assert spans is not None and spans[-1][1] == len(text)
    gaps = {text[end:start] for (_, end), (start, _) in pairwise(spans)}
    assert gaps <= {dialect.delimiter}
    assert [_bare(text[start:end], dialect) for start, end in spans] == split.cells


def _bare(cell: str, dialect: Dialect) -> str:
    quote, inside = dialect.quote, cell.strip(" ")
    # Beside a blank as delimiter, blanks before a quote are text like others.
    may_be_set_off = not dialect.delimiter.isspace() and cell.startswith(" ")
    if quote and inside.startswith(quote) and len(inside) > 1 and may_be_set_off:
        return unescape(inside[1:-1], dialect)
    if quote and cell.startswith(quote):
        return unescape(cell.rstrip(" ")[1:-1], dialect)
    return cell


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a,b", [(0, 1), (2, 3)]),
        ("", [(0, 0)]),
        ('a,"b,""c"" ",d', [(0, 1), (2, 12), (13, 14)]),
        ('a, "b" ,c', [(0, 1), (2, 7), (8, 9)]),
        ('"a', None),
        ('"a"b,c', None),
    ],
)
def test_spans_of_a_line(text: str, spans: list[tuple[int, int]] | None) -> None:
    assert cell_spans(text, Dialect(",")) == spans
