"""Deal out the defects of a block so that every rule and every bad form comes up in turn."""

from collections import Counter
from typing import Final

import numpy as np

from pipeline.samples.blocks import Block
from pipeline.samples.defects import ON_RETURNS, ON_SALES, STRUCTURAL
from pipeline.samples.lines import settle

REPEAT, ACROSS, OUTLIER, CONFLICT = "repeat", "across loads", "price outlier", "attribute conflict"
SUBSTITUTE: Final = "missing customer"  # can be had on any sale line, where a kind cannot
# One round of kinds; those with many bad forms come up more than once in it.
ROTATION: Final = (
    "invalid number",
    "missing customer",
    "invalid date",
    REPEAT,
    "return exceeds",
    "net mismatch",
    "missing product",
    OUTLIER,
    "fallback date",
    "orphan return",
    "ragged",
    "unknown type",
    "invalid number",
    "gross mismatch",
    CONFLICT,
    "negative sale",
    "missing invoice",
    "out of period",
    "invalid second date",
    "undecodable",
    "sign mismatch",
    "invalid date",
    "positive return",
    "missing salesperson",
    "zero quantity",
    ACROSS,
    "return invalid date",
    "future date",
    "discount exceeds",
    "invalid number",
    "missing date",
    "return fallback date",
    REPEAT,
    "return sign mismatch",
    "return out of period",
    "invalid number",
    "ragged",
    "return invalid second date",
    "net mismatch",
    "return future date",
    "return missing date",
)
_ENOUGH_PRICES: Final = 6  # plain lines of a product, so that one outlier moves no median
_ENOUGH_NAMES: Final = 5  # plain lines of a code, so that one other name stays the odd one
_NAMED: Final = (
    ("customer", "customer_name"),
    ("product", "product_name"),
    ("salesperson", "salesperson_name"),
)


def deal(first: int, count: int, *, structural: bool, across: bool) -> list[str]:
    """Kinds of the dirty lines numbered `first` … `first + count - 1` of a file."""
    left_out = (set() if structural else set(STRUCTURAL)) | (set() if across else {ACROSS})
    kinds = [kind for kind in ROTATION if kind not in left_out]
    return [kinds[(first + i) % len(kinds)] for i in range(count)]


def soil_block(block: Block, kinds: list[str], turns: Counter[str]) -> None:
    """Give the block one defect per kind; `turns` goes on from block to block."""
    on_returns = [kind for kind in kinds if kind in ON_RETURNS]
    sold = [block.take_sale() for _ in on_returns]
    for kind, row in zip(on_returns, block.add_returns(block.rows[sold]), strict=True):
        ON_RETURNS[kind](block, row, _turn(turns, kind))
    for kind in kinds:
        if kind in ON_SALES:
            ON_SALES[kind](block, block.take_sale(), _turn(turns, kind))
        elif kind == REPEAT:
            block.repeats.append(block.take_sale())
    for kind in kinds:  # last, because these count what is left of sound lines
        done = (
            kind not in (OUTLIER, CONFLICT)
            or (kind == OUTLIER and _price_outlier(block, _turn(turns, kind)))
            or (kind == CONFLICT and _attribute_conflict(block, _turn(turns, kind)))
        )
        if not done:
            ON_SALES[SUBSTITUTE](block, block.take_sale(), _turn(turns, SUBSTITUTE))


def _turn(turns: Counter[str], kind: str) -> int:
    turns[kind] += 1
    return turns[kind] - 1


def _plain_count(block: Block, key: str) -> Counter[int]:
    return Counter(block.rows[key][block.plain_sales()].tolist())


def _price_outlier(block: Block, turn: int) -> bool:
    """A zero too many or too few in the price of a product that is sold often enough."""
    lines = _plain_count(block, "product")
    for place in range(len(block.free) - 1, -1, -1):
        row = block.free[place]
        product = int(block.rows["product"][row])
        if lines[product] <= _ENOUGH_PRICES or product in block.outliers:
            continue
        block.free.pop(place)
        block.outliers.add(product)
        line = block.one(row)
        line["unit_price"] = line["unit_price"] * 10 if turn % 2 else line["unit_price"] // 10
        line["quantity"], line["free_quantity"] = 1, 0  # so that the month's total hardly moves
        settle(line)
        block.label(row, "PRICE_OUTLIER")
        return True
    return False


def _attribute_conflict(block: Block, turn: int) -> bool:
    """Another name for a code that is named rightly often enough."""
    for step in range(len(_NAMED)):
        key, column = _NAMED[(turn + step) % len(_NAMED)]
        lines = _plain_count(block, key)
        for place in range(len(block.free) - 1, -1, -1):
            row = block.free[place]
            entity = int(block.rows[key][row])
            if lines[entity] <= _ENOUGH_NAMES or (key, entity) in block.conflicts:
                continue
            block.free.pop(place)
            block.conflicts.add((key, entity))
            name = _name(block, key, column, entity)
            block.edit(row, column, f"{name} شعبه دو" if turn % 2 else f"{name} (سابق)")
            block.label(row, "ATTRIBUTE_CONFLICT", column)
            return True
    return False


def _name(block: Block, key: str, column: str, entity: int) -> str:
    master = block.setting.master
    tables = {
        "customer": master.customers,
        "product": master.products,
        "salesperson": master.salespeople,
    }
    return tables[key][column][entity]


def shift_amounts(block: Block, rows: list[int]) -> None:
    """Sound lines at the edge of a rule: a rial off, free goods out of gross, all goods free."""
    for turn, row in enumerate(rows):
        line = block.one(row)
        match turn % 4:
            case 0:
                line["gross_amount"] += 1
                settle(line, keep_gross=True)
            case 1:
                line["net_amount"] += 1
            case 2:
                line["free_quantity"] = np.minimum(1, line["quantity"] - 1)
                free = int(line["free_quantity"][0])
                line["gross_amount"] = (line["quantity"] - free) * line["unit_price"]
                line["free_quantity"] = 0
                settle(line, keep_gross=True)
                line["free_quantity"] = free
            case _:
                line["free_quantity"] = line["quantity"]
                settle(line)
