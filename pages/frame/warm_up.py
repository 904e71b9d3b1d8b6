"""What the first visitor would wait for, done once while nobody waits."""

from __future__ import annotations

import gc
import importlib

from pages.frame.language import frame_texts, rule_title
from pages.frame.page import entries
from pages.frame.preferences import CHOICES
from pipeline.access import passwords

# Charts and grids hand their rows over by these; Streamlit imports them at the first one.
_LATE = ("pandas", "pyarrow")


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
