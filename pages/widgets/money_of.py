"""In which currency the amounts of a source system are."""

from __future__ import annotations

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
