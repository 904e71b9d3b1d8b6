"""Scale the money of one line by a secret factor while its sums hold or fail as before."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from pipeline.samples.pseudonyms import Pseudonyms

MONEY: Final = (
    *("unit_price", "gross_amount", "discount_volume", "discount_cash", "tax_amount"),
    "net_amount",
)
_TOLERANCE: Final = 1
_AROUND: Final = r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff+\-−()]*"
_NUMBER: Final = re.compile(
    rf"(?P<before>{_AROUND})(?P<whole>\d(?:[\d,٬ ]*\d)?|)(?P<part>[.٫]\d*)?"
    rf"(?P<power>[eE][+-]?\d+)?(?P<after>{_AROUND})"
)
_NEGATIVE: Final = re.compile(r"[-−(]")
_LIMIT: Final = 10**15
_MOST_DECIMALS: Final = 4


@dataclass(frozen=True)
class Written:
    """A number and the way it was written."""

    value: Decimal
    found: re.Match[str]

    def rewritten(self, value: Decimal) -> str:
        """Another value in the same way: digits, separators, sign and marks."""
        found = self.found
        magnitude, part = abs(value), found["part"] or ""
        power = found["power"] or ""
        if power:  # a whole mantissa shows any value exactly
            exponent = min(int(magnitude.normalize().as_tuple().exponent), 0)
            whole, part, power = str(int(magnitude.scaleb(-exponent))), "", f"{power[0]}{exponent}"
        else:
            shown = f"{magnitude:.{max(len(part) - 1, 0)}f}".split(".")
            whole, part = shown[0], part[:1] + "".join(shown[1:])
        if separator := next((c for c in found["whole"] if c in ",٬ "), ""):
            whole = f"{int(whole):,}".replace(",", separator)
        zero = next((c for c in found["whole"] + (found["part"] or "") if c.isdigit()), "0")
        shift = ord(zero) - unicodedata.digit(zero) - ord("0")
        text = "".join(chr(ord(c) + shift) if c.isdigit() else c for c in whole + part + power)
        return found["before"] + text + found["after"]


def read_written(text: str) -> Written | None:
    """The number a cell shows and how, or None where it shows none."""
    found = _NUMBER.fullmatch(text)
    if not found or not (found["whole"] or len(found["part"] or "") > 1):
        return None
    plain = re.sub("[,٬ ]", "", found["whole"]) + (found["part"] or "").replace("٫", ".")
    value = Decimal(plain + (found["power"] or ""))
    signs = _NEGATIVE.findall(found["before"] + found["after"])
    fits = value < _LIMIT and value == round(value, _MOST_DECIMALS) and len(signs) < 2
    return Written(-value if signs else value, found) if fits else None


def scale(cells: dict[str, str], factor: Decimal, pseudonyms: Pseudonyms) -> dict[str, str]:
    """New texts of the money cells of one line (English names; quantities beside them).

    A sum that held keeps its small difference (up to one unit), one that failed fails by as much
    times the factor. Blank cells stay; unreadable ones keep their form with other digits.
    """
    written = {name: read_written(cells[name]) for name in cells}
    values = {name: one.value for name, one in written.items() if one}
    scaled = _scaled(values, factor)
    texts: dict[str, str] = {}
    for name in MONEY:
        one = written.get(name)
        if one is not None:
            texts[name] = one.rewritten(scaled[name])
        elif name in cells:
            texts[name] = pseudonyms.bad_figures(cells[name])
    return texts


def _scaled(values: dict[str, Decimal], factor: Decimal) -> dict[str, Decimal]:
    scaled: dict[str, Decimal] = {
        name: _rounded(values[name] * factor, values[name]) for name in MONEY if name in values
    }
    if {"quantity", "unit_price", "gross_amount"} <= values.keys():
        scaled["gross_amount"] = _scaled_gross(values, scaled["unit_price"], factor)
    if "gross_amount" not in values:
        return scaled
    _scale_discounts(values, scaled)
    if "net_amount" in values:
        scaled["net_amount"] = _scaled_net(values, scaled, factor)
    return scaled


def _scaled_gross(values: dict[str, Decimal], price: Decimal, factor: Decimal) -> Decimal:
    free = values.get("free_quantity", Decimal(0))
    for pieces in (values["quantity"], values["quantity"] - free):
        left = values["gross_amount"] - pieces * values["unit_price"]
        if abs(left) <= _TOLERANCE:
            return pieces * price + left
    left = values["gross_amount"] - values["quantity"] * values["unit_price"]
    gross = values["quantity"] * price + _rounded(left * factor, left)
    return _like_sign(gross, values["gross_amount"], factor)


def _like_sign(scaled: Decimal, value: Decimal, factor: Decimal) -> Decimal:
    """The scaled sum, or the scaled value itself where rounding changed the sign."""
    same = (scaled > 0, scaled < 0) == (value > 0, value < 0)
    return scaled if same else _rounded(value * factor, value)


def _scale_discounts(values: dict[str, Decimal], scaled: dict[str, Decimal]) -> None:
    """Discounts keep their share of gross, so that full and excessive ones stay so."""
    gross = values["gross_amount"]
    names = [name for name in ("discount_volume", "discount_cash") if name in values]
    if not gross or not names:
        return
    share = scaled["gross_amount"] / gross
    both = sum((values[name] for name in names), Decimal(0))
    scaled[names[0]] = _rounded(values[names[0]] * share, gross)
    if len(names) == 2:
        scaled[names[1]] = _rounded(both * share, gross) - scaled[names[0]]


def _scaled_net(values: dict[str, Decimal], scaled: dict[str, Decimal], factor: Decimal) -> Decimal:
    left = values["net_amount"] - _payable(values)
    kept = left if abs(left) <= _TOLERANCE else _rounded(left * factor, left)
    return _like_sign(_payable(scaled) + kept, values["net_amount"], factor)


def _payable(amounts: dict[str, Decimal]) -> Decimal:
    none = Decimal(0)
    discounts = amounts.get("discount_volume", none) + amounts.get("discount_cash", none)
    return amounts["gross_amount"] - discounts + amounts.get("tax_amount", none)


def _rounded(value: Decimal, like: Decimal) -> Decimal:
    """Rounded to as many decimals as another number has."""
    return value.quantize(Decimal(1).scaleb(min(int(like.as_tuple().exponent), 0)), ROUND_HALF_UP)
