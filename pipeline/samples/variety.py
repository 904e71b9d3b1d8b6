"""Write a share of the sound lines in every other valid form: their meaning stays the same."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from pipeline.samples.blocks import Block
from pipeline.samples.columns import MEASURES, OPTIONAL_MEASURES
from pipeline.samples.forms import (
    CODE_FORMS,
    DATE_FORMS,
    MULTILINE_REMARKS,
    NAME_FORMS,
    NUMBER_FORMS,
    REMARK_FORMS,
    RETURN_TEXTS,
    SALE_TEXTS,
)

SHARE: Final = 0.03
_RETURN_PART: Final = 4  # every so manieth varied line is a return, for the negative forms
_CODES: Final = (
    "customer_id",
    "product_id",
    "salesperson_id",
    "invoice_id",
    "reference_invoice_id",
)
_NAMES: Final = ("customer_name", "product_name", "salesperson_name")
_OPTIONAL_TEXTS: Final = ("phone", "national_id", "address", "barcode", "route", "trade_class")
_COMMA_ADDRESS: Final = "خیابان سعدی, کوچه ۱۲, پلاک ۷"


def choose(block: Block, count: int) -> list[int]:
    """Sound rows to be varied, in random order, returns among them."""
    sales = block.plain_sales()
    returns = [row for row in range(block.sales, len(block.rows)) if row not in block.soiled]
    drawn_returns = block.rng.permutation(returns)[: count // _RETURN_PART].tolist()
    drawn_sales = block.rng.permutation(sales)[: count - len(drawn_returns)].tolist()
    return [int(row) for row in block.rng.permutation([*drawn_returns, *drawn_sales])]


def vary(
    block: Block, cells: pl.DataFrame, rows: Sequence[int], first: int, multiline: bool
) -> None:
    """Replace cells of the rows by other forms; `first` numbers the rows through the file.

    `cells` are the plain texts. With `multiline` some remarks hold line feeds.
    """
    for turn, row in enumerate(rows, start=first):
        plain = cells.row(row, named=True)
        _vary_numbers(block, row, turn)
        column = ("reference_date", "system_date")[turn % 2]
        form = DATE_FORMS[turn // 2 % len(DATE_FORMS)]
        block.edit(row, column, form(int(block.rows[column][row])))
        if turn % 2:
            _vary_text(block, row, turn // 2, plain)
        if turn % 3 == 0:
            texts = RETURN_TEXTS if block.rows["returned"][row] else SALE_TEXTS
            block.edit(row, "transaction_type", texts[turn // 3 % len(texts)])
        if turn % 3 == 1:
            block.edit(row, "remark", REMARK_FORMS[turn // 3 % len(REMARK_FORMS)])
        if multiline and turn % 10 == 5:
            block.edit(row, "remark", MULTILINE_REMARKS[turn // 10 % len(MULTILINE_REMARKS)])


def _vary_numbers(block: Block, row: int, turn: int) -> None:
    for step in (0, 3):
        column = MEASURES[(turn * 5 + step) % len(MEASURES)]
        value = int(block.rows[column][row])
        text = NUMBER_FORMS[(turn + step * 7) % len(NUMBER_FORMS)](value)
        block.edit(row, column, text)
    for column in OPTIONAL_MEASURES:
        if turn % 4 == 0 and block.rows[column][row] == 0:
            block.edit(row, column, "-" if turn % 8 else "")


def _vary_text(block: Block, row: int, turn: int, plain: dict[str, str]) -> None:
    name = _NAMES[turn % len(_NAMES)]
    block.edit(row, name, NAME_FORMS[turn // len(_NAMES) % len(NAME_FORMS)](plain[name]))
    code = _CODES[turn % len(_CODES)]
    if plain[code]:
        block.edit(row, code, CODE_FORMS[turn // len(_CODES) % len(CODE_FORMS)](plain[code]))
    block.edit(row, _OPTIONAL_TEXTS[turn % len(_OPTIONAL_TEXTS)], "")
    if turn % 5 == 0:
        block.edit(row, "address", _COMMA_ADDRESS)
