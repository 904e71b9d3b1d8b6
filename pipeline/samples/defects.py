"""The defects a dirty line can have, one primary defect each, with every issue that follows.

Each function soils one row of a block; `turn` counts how often this kind came up in the file and
walks through its bad forms. What ambiguous readings could tell apart is made equal on purpose
(for instance both dates where the type is in doubt), so that a label follows from the rules alone.
"""

from collections.abc import Callable
from typing import Final

from pipeline.samples.blocks import UNKNOWN_INVOICE, Block, discontinued, soil
from pipeline.samples.columns import MEASURES, REQUIRED_MEASURES
from pipeline.samples.forms import BAD_DATES, BAD_NUMBERS, BAD_TYPES, EMPTY_KEYS
from pipeline.samples.lines import days_before, settle
from pipeline.samples.rendering import SALE_TEXT

Defect = Callable[[Block, int, int], None]
_FUTURE: Final = ("1450/01/15", "1450-06-31", "۱۴۵۰/۱۲/۰۱")
_MONEY: Final = ("gross_amount", "discount_volume", "discount_cash", "tax_amount", "net_amount")
_EMPTY_NUMBERS: Final = ("", "-", EMPTY_KEYS[2])


def _missing(code: str, column: str) -> Defect:
    def apply(block: Block, row: int, turn: int) -> None:
        block.edit(row, column, EMPTY_KEYS[turn % len(EMPTY_KEYS)])
        block.label(row, code)

    return apply


def _invalid_numeric(block: Block, row: int, turn: int) -> None:
    cells = 2 if turn % 9 == 8 else 1  # now and then two cells of one line
    for step in range(cells):
        column = MEASURES[(turn + step) % len(MEASURES)]
        forms = BAD_NUMBERS + (_EMPTY_NUMBERS if column in REQUIRED_MEASURES else ())
        block.edit(row, column, forms[(turn + turn // len(MEASURES)) % len(forms)])
        block.label(row, "INVALID_NUMERIC", column)


def _event_columns(block: Block, row: int) -> tuple[str, str]:
    """First and second choice of the event date."""
    returned = bool(block.rows["returned"][row])
    return ("system_date", "reference_date") if returned else ("reference_date", "system_date")


def _invalid_date(block: Block, row: int, turn: int) -> None:
    first, second = _event_columns(block, row)
    bad = BAD_DATES[turn % len(BAD_DATES)]
    if turn % 4 == 3:  # nothing to fall back on
        block.edit(row, first, "")
        first = second
    block.edit(row, first, bad)
    block.label(row, "INVALID_DATE", first)


def _missing_date(block: Block, row: int, turn: int) -> None:
    first, second = _event_columns(block, row)
    block.edit(row, first, EMPTY_KEYS[turn % len(EMPTY_KEYS)])
    block.edit(row, second, EMPTY_KEYS[(turn + 1) % len(EMPTY_KEYS)])
    block.label(row, "MISSING_DATE", first)


def _fallback_date(block: Block, row: int, turn: int) -> None:
    first, second = _event_columns(block, row)
    block.rows[second][row] = block.rows[first][row]  # a day of the period
    block.edit(row, first, EMPTY_KEYS[turn % len(EMPTY_KEYS)])
    block.label(row, "FALLBACK_EVENT_DATE", first)


def _invalid_second_date(block: Block, row: int, turn: int) -> None:
    _, second = _event_columns(block, row)
    block.edit(row, second, BAD_DATES[turn % len(BAD_DATES)])
    block.label(row, "INVALID_SECONDARY_DATE", second)


def _future_date(block: Block, row: int, turn: int) -> None:
    first, _ = _event_columns(block, row)
    block.edit(row, first, _FUTURE[turn % len(_FUTURE)])
    block.label(row, "FUTURE_DATE", first)
    block.label(row, "DATE_OUT_OF_PERIOD", first)


def _out_of_period(block: Block, row: int, turn: int) -> None:
    first, _ = _event_columns(block, row)
    block.rows[first][row] = days_before(block.setting.period, 1 + turn * 7 % 40)
    block.label(row, "DATE_OUT_OF_PERIOD", first)


def _unknown_type(block: Block, row: int, turn: int) -> None:
    block.edit(row, "transaction_type", BAD_TYPES[turn % len(BAD_TYPES)])
    block.label(row, "UNKNOWN_TRANSACTION_TYPE")


def _sign_mismatch_on_sale(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    if turn % 2:
        for name in _MONEY:
            line[name] = -line[name]
        soil(block, row, ["SIGN_MISMATCH_QTY_AMOUNT", "GROSS_MISMATCH"])
    else:
        line["quantity"] = -line["quantity"]
        soil(block, row, ["SIGN_MISMATCH_QTY_AMOUNT", "NEGATIVE_QTY_ON_SALE", "GROSS_MISMATCH"])


def _sign_mismatch_on_return(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    line["quantity"] = -line["quantity"]
    soil(block, row, ["SIGN_MISMATCH_QTY_AMOUNT", "POSITIVE_QTY_ON_RETURN", "GROSS_MISMATCH"])


def _negative_sale(block: Block, row: int, turn: int) -> None:
    """A return in all but its type text; both dates are one, whichever the reader prefers."""
    block.edit(row, "transaction_type", SALE_TEXT)
    block.rows["reference_date"][row] = block.rows["system_date"][row]
    block.label(row, "NEGATIVE_QTY_ON_SALE")


def _positive_return(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    for name in ("quantity", *_MONEY):
        line[name] = -line[name]
    block.label(row, "POSITIVE_QTY_ON_RETURN")


def _gross_mismatch(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    line["gross_amount"] += (2, 1_000, int(line["unit_price"][0]))[turn % 3]
    settle(line, keep_gross=True)
    block.label(row, "GROSS_MISMATCH")


def _net_mismatch(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    line["net_amount"] += (2, -2, int(line["tax_amount"][0]) + 2)[turn % 3]
    block.label(row, "NET_MISMATCH")


def _discount_exceeds(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    gross = int(line["gross_amount"][0])
    volume, cash, tax = (
        (gross + gross // 20, 0, gross // 10),
        (gross, 1, 10),
        (gross // 2, gross, 0),
    )[turn % 3]
    line["discount_volume"], line["discount_cash"], line["tax_amount"] = volume, cash, tax
    line["net_amount"] = gross - volume - cash + tax
    block.label(row, "DISCOUNT_EXCEEDS_GROSS")
    if line["net_amount"][0] < 0:
        block.label(row, "SIGN_MISMATCH_QTY_AMOUNT")


def _zero_quantity(block: Block, row: int, turn: int) -> None:
    line = block.one(row)
    line["quantity"] = line["free_quantity"] = 0
    settle(line)
    block.label(row, "ZERO_QUANTITY")


def _orphan_return(block: Block, row: int, turn: int) -> None:
    block.rows["product"][row] = discontinued(block, turn)
    block.rows["reference_invoice_id"][row] = (UNKNOWN_INVOICE + row) * (turn % 2)
    block.label(row, "ORPHAN_RETURN")


def _return_exceeds(block: Block, row: int, turn: int) -> None:
    """Too much in one line, or the rest and a bit more after an earlier return of the same sale."""
    line = block.one(row)
    if turn % 2 and block.plain_returns:
        before, sale = block.plain_returns.pop()
        number = int(line["invoice_id"][0])
        line[:] = block.one(before)
        left = int(block.rows["quantity"][sale] + block.rows["quantity"][before])
        line["invoice_id"], line["quantity"] = number, -(left + 1 + turn % 3)
        block.reserved.add(before)
    else:
        line["quantity"] = -(int(line["sold_quantity"][0]) + 1 + turn % 5)
    settle(line)
    block.label(row, "RETURN_EXCEEDS_SALE")


def _damaged(code: str) -> Defect:
    def apply(block: Block, row: int, turn: int) -> None:
        block.damage[row] = (code, turn)
        block.label(row, code)

    return apply


ON_SALES: Final[dict[str, Defect]] = {
    "missing invoice": _missing("MISSING_INVOICE_ID", "invoice_id"),
    "missing customer": _missing("MISSING_CUSTOMER_ID", "customer_id"),
    "missing product": _missing("MISSING_PRODUCT_ID", "product_id"),
    "missing salesperson": _missing("MISSING_SALESPERSON_ID", "salesperson_id"),
    "invalid number": _invalid_numeric,
    "invalid date": _invalid_date,
    "missing date": _missing_date,
    "fallback date": _fallback_date,
    "invalid second date": _invalid_second_date,
    "future date": _future_date,
    "out of period": _out_of_period,
    "unknown type": _unknown_type,
    "sign mismatch": _sign_mismatch_on_sale,
    "gross mismatch": _gross_mismatch,
    "net mismatch": _net_mismatch,
    "discount exceeds": _discount_exceeds,
    "zero quantity": _zero_quantity,
    "ragged": _damaged("RAGGED_LINE"),
    "undecodable": _damaged("UNDECODABLE_TEXT"),
}
ON_RETURNS: Final[dict[str, Defect]] = {
    "negative sale": _negative_sale,
    "positive return": _positive_return,
    "return sign mismatch": _sign_mismatch_on_return,
    "return invalid date": _invalid_date,
    "return missing date": _missing_date,
    "return fallback date": _fallback_date,
    "return invalid second date": _invalid_second_date,
    "return future date": _future_date,
    "return out of period": _out_of_period,
    "orphan return": _orphan_return,
    "return exceeds": _return_exceeds,
}
STRUCTURAL: Final = frozenset({"ragged", "undecodable"})
