"""What a run remembers of returns: candidates for ORPHAN_RETURN, whatever block a sale is in."""

from __future__ import annotations

import polars as pl

from pipeline.quality.memory import ReturnMemory

_TEXTS = (
    "transaction_type",
    "customer_id",
    "product_id",
    "invoice_id",
    "reference_invoice_id",
)


def test_a_return_is_a_candidate_when_neither_its_pair_nor_its_reference_was_sold() -> None:
    memory = ReturnMemory()
    memory.add(_block((2, "RETURN", "c1", "p1", "r1", None), (3, "RETURN", "c9", "p9", "r2", "i7")))
    memory.add(_block((4, "RETURN", "c1", "p2", "r3", "i8"), (5, "RETURN", "c2", "p1", "r4", None)))
    assert memory.orphan_candidates() == [2, 3, 4, 5]
    memory.add(_block((6, "SALE", "c1", "p1", "i1", None), (7, "SALE", "c5", "p5", "i7", None)))
    assert memory.orphan_candidates() == [4, 5]


def test_a_reference_to_another_return_is_no_sale() -> None:
    memory = ReturnMemory()
    memory.add(_block((2, "RETURN", "c1", "p1", "r1", "r1")))
    assert memory.orphan_candidates() == [2]


def test_nothing_read_names_nothing() -> None:
    assert ReturnMemory().orphan_candidates() == []


def _block(*rows: tuple[int | str | None, ...]) -> pl.DataFrame:
    schema = {"line_no": pl.Int32} | dict.fromkeys(_TEXTS, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
