"""In which currency the amounts of a source system are; those of several are never one sum."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pages.frame.page import Here
from pipeline.contracts import read_mapping
from pipeline.errors import PipelineError
from pipeline.settings import get_settings


def currency_of(source: str | None) -> str:
    """Currency as the source's mapping says; rial for all sources, and for one that is no more."""
    if source is None:
        return "IRR"
    try:
        return read_mapping(get_settings().config_dir, source).currency
    except PipelineError:
        return "IRR"


def money_by_source(here: Here, amounts: Mapping[str, Decimal], *, exact: bool = False) -> str:
    """Amounts of source systems as text: one sum for each currency, side by side."""
    sums: dict[str, Decimal] = {}
    for source, amount in amounts.items():
        currency = currency_of(source)
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    say = here.f.money_exact if exact else here.f.money
    known = sorted(sums, key=lambda currency: (currency != "IRR", currency))
    return " + ".join(say(sums[currency], currency) for currency in known) or say(Decimal(0))
