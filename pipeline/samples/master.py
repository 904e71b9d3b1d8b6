"""Master data of the invented company: the same customer, product and salesperson in every file.

Every attribute is a function of the entity's index alone, so a larger file merely knows more
entities than a smaller one, and no two files ever disagree about one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.samples import vocabulary as words

Ints = npt.NDArray[np.int64]
T = TypeVar("T")

DISCONTINUED: Final = 8  # products that are only ever returned, never sold
DELIVERERS: Final = 40
_FIRST_DISCONTINUED: Final = 90_000


@dataclass(frozen=True)
class Master:
    """Attribute texts per entity, by column name; numbers of products beside them."""

    customers: dict[str, list[str]]
    products: dict[str, list[str]]
    salespeople: dict[str, list[str]]
    deliverers: dict[str, list[str]]
    product_price: Ints  # rial
    product_per_carton: Ints  # pieces
    product_grams: Ints
    sold_products: int  # the first so many are sold; the rest are discontinued
    customer_salesperson: Ints  # index of the salesperson who visits the customer
    customer_branch: Ints


def sizes(lines: int) -> tuple[int, int, int]:
    """Customers, products and salespeople that suit a file of so many lines."""
    root = lines**0.5
    return (
        min(60 + lines // 25, 20_000),
        min(max(24, int(2.7 * root)), 3_000),
        min(max(len(words.BRANCHES), int(0.335 * root)), 400),
    )


@lru_cache(maxsize=4)
def master(customers: int, products: int, salespeople: int) -> Master:
    """Master data of at least the given sizes (counts of entities)."""
    product_ids = [
        *range(products),
        *range(_FIRST_DISCONTINUED, _FIRST_DISCONTINUED + DISCONTINUED),
    ]
    ids = np.array(product_ids, dtype=np.int64)
    people = np.arange(customers, dtype=np.int64)
    branch = mixed("branch", people) % len(words.BRANCHES)
    return Master(
        customers=_columns([_customer(i, int(b)) for i, b in enumerate(branch)]),
        products=_columns([_product(i) for i in product_ids]),
        salespeople=_columns([_salesperson(i) for i in range(salespeople)]),
        deliverers=_columns([_deliverer(i) for i in range(DELIVERERS)]),
        product_price=_base_price(ids),
        product_per_carton=np.array([6, 12, 24, 48])[mixed("carton", ids) % 4],
        product_grams=100 + 25 * (mixed("grams", ids) % 60),
        sold_products=products,
        customer_salesperson=_visitor(people, branch, salespeople),
        customer_branch=branch,
    )


def mixed(salt: str, index: Ints) -> Ints:
    """Well-mixed non-negative numbers, the same for the same salt and index everywhere."""
    start = np.uint64(int.from_bytes(salt.encode().ljust(8, b"_")[:8], "little"))
    with np.errstate(over="ignore"):
        x = index.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    result: Ints = ((x ^ (x >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)
    return result


def _pick(salt: str, index: int, choices: Sequence[T]) -> T:
    return choices[_number(salt, index) % len(choices)]


def _number(salt: str, index: int) -> int:
    return int(mixed(salt, np.array([index], dtype=np.int64))[0])


def _person(salt: str, index: int) -> str:
    first = _pick(salt + "F", index, words.FIRST_NAMES)
    return f"{first} {_pick(salt + 'L', index, words.SURNAMES)}"


def _columns(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _customer(index: int, branch: int) -> dict[str, str]:
    province, city = words.BRANCHES[branch]
    side = _number("side", index) % len(words.REGION_SIDES)
    route = 1 + _number("route", index) % 6
    shop = f"{_pick('kind', index, words.SHOP_KINDS)} {_pick('shop', index, words.SHOP_WORDS)}"
    street = _pick("street", index, words.STREETS)
    return {
        "customer_id": f"{100 + index:06d}",
        "customer_name": f"{shop} ({_person('cust', index)})",
        "region_id": f"{branch + 1:02d}{side + 1}",
        "region": f"{words.REGION_SIDES[side]} {city}",
        "route_id": f"{branch + 1:02d}{side + 1}{route:02d}",
        "route": f"مسیر {route} {words.REGION_SIDES[side]} {city}",
        "province": province,
        "city": city,
        "channel": _pick("channel", index, words.CHANNELS),
        "trade_class": _pick("class", index, words.TRADE_CLASSES),
        "national_id": national_id(index),
        "phone": f"09700{index:06d}",
        "address": f"{city}، خیابان {street}، پلاک {1 + _number('plate', index) % 400}",
    }


def national_id(index: int) -> str:
    """A national id with a true check digit in a range that is plainly invented (999…)."""
    digits = f"999{index:06d}"
    rest = sum(int(d) * weight for d, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return digits + str(rest if rest < 2 else 11 - rest)


def _product(index: int) -> dict[str, str]:
    group, subgroup, article, unit, sizes_ = _pick("goods", index, words.GOODS)
    size = _pick("size", index, sizes_)
    brand = _number("brand", index) % len(words.BRANDS)
    grams = 100 + 25 * (_number("grams", index) % 60)
    groups = sorted({goods[0] for goods in words.GOODS})
    return {
        "product_id": f"{index + 1:05d}",
        # The code at the end tells apart articles that would otherwise share one name.
        "product_name": f"{article} {words.BRANDS[brand]} {size} کد {index + 1}",
        "barcode": _barcode(index),
        "brand_id": f"{brand + 1:03d}",
        "brand": words.BRANDS[brand],
        "product_group_id": f"{groups.index(group) + 1:02d}",
        "product_group": group,
        "product_subgroup": subgroup,
        "supplier": _pick("supplier", index, words.SUPPLIERS),
        "unit": unit,
        "per_carton": str((6, 12, 24, 48)[_number("carton", index) % 4]),
        "unit_weight": f"{grams / 1000:g}",
    }


def _barcode(index: int) -> str:
    """An EAN-13 in the range 200, which no manufacturer is ever given."""
    digits = f"200{index:09d}"
    total = sum(int(d) * weight for d, weight in zip(digits, (1, 3) * 6, strict=True))
    return digits + str(-total % 10)


def _base_price(ids: Ints) -> Ints:
    """Rial, 30,000 to 3,000,000, many cheap articles and few dear ones."""
    share = (mixed("price", ids) % 10_000) / 10_000
    price: Ints = (30_000 * 100.0 ** (share**1.4) // 1_000 * 1_000).astype(np.int64)
    return price


def _salesperson(index: int) -> dict[str, str]:
    branches = len(words.BRANCHES)
    branch = index % branches
    supervisor = branch + branches * (index // branches // 6)
    city = words.BRANCHES[branch][1]
    return {
        "salesperson_id": f"{index + 1:04d}",
        "salesperson_name": _person("seller", index),
        "supervisor_id": f"{supervisor + 1:03d}",
        "supervisor_name": _person("super", supervisor),
        "branch_id": f"{branch + 1:02d}",
        "branch": f"شعبه {city}",
        "warehouse_id": f"{branch + 1:02d}1",
        "warehouse": f"انبار مرکزی {city}",
    }


def _deliverer(index: int) -> dict[str, str]:
    return {"deliverer_id": f"{index + 1:03d}", "deliverer": _person("driver", index)}


def _visitor(people: Ints, branch: Ints, salespeople: int) -> Ints:
    """A salesperson of the customer's own branch."""
    branches = len(words.BRANCHES)
    staff = (salespeople - branch + branches - 1) // branches
    visitor: Ints = branch + branches * (mixed("visitor", people) % staff)
    return visitor
