"""What the first visitor would wait for, done once while nobody waits."""

from __future__ import annotations

import gc
import importlib

from pages.frame.language import frame_texts, rule_title
from pages.frame.page import entries
from pages.frame.preferences import CHOICES
from pipeline.access import passwords

# Charts and grids are drawn and hand their rows over by these; imported at the first one else.
_LATE = ("pandas", "pyarrow", "altair", "plotly.graph_objects", "plotly.tools")


def await_charts() -> None:
    """Return when what charts look for is there whole.

    Altair and Plotly ask which modules are imported, and fail on pandas while another visitor, or
    the warming up, is still importing it.
    """
    importlib.import_module("pandas")


def warm_up() -> None:
    """Import every page and what it draws with, and read all words and rules.

    What is in memory then stays there: the collector of garbage need not go through it again.
    """
    entries()
    for name in _LATE:
        importlib.import_module(name)
    for language in CHOICES["language"]:
        frame_texts(language)
        rule_title("", language)
    passwords.warm_up()
    gc.collect()
    gc.freeze()
