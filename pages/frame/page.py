"""What a page is, and all that it is handed when it is drawn."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from pages.frame import database
from pages.frame.address import Address
from pages.frame.formats import Formats
from pages.frame.language import frame_texts, page_texts
from pages.frame.names import actor_name, source_title
from pages.frame.preferences import Preferences
from pipeline.access.allowed import Action, may
from pipeline.access.people import Person
from pipeline.texts import Texts

FOLDER = Path(__file__).resolve().parent.parent
# In this order they stand in the sidebar; "" has no heading.
SECTIONS = ("", "data", "figures", "settings")


@dataclass(frozen=True)
class Page:
    """Declared as `PAGE` in a page's file; its words are section `page_<name>` of the texts.

    `icon` is a Material symbol such as `:material/home:`; `action` is what a person must be allowed
    to do to open it. A page that is not in the menu is reached by links alone. Whoever may not do
    `help_for` reads `help_less` of its words under the title, and not `help`.
    """

    section: str
    order: int
    icon: str
    action: Action
    in_menu: bool = True
    help_for: Action | None = None


@dataclass(frozen=True)
class Entry:
    """A page by its name, which is its file's and its address's too."""

    name: str
    page: Page

    def open_to(self, who: Person) -> bool:
        """Whether this person may open the page."""
        return may(who, self.page.action)


@dataclass
class Here:
    """What a page's `draw` is handed: who looks, in which words and formats, over what data."""

    name: str
    who: Person
    preferences: Preferences
    t: Texts
    address: Address = field(default_factory=Address)

    @property
    def url(self) -> str:
        """Address of the database; DatabaseAway when there is no way to it."""
        return database.url()

    @property
    def f(self) -> Formats:
        """Numbers, money and dates as this person reads them."""
        return Formats(self.preferences)

    @property
    def language(self) -> str:
        """`fa` or `en`."""
        return self.preferences.language

    def actor(self, name: str | None) -> str:
        """Who did something, as this person reads it; kept apart from the words around."""
        return actor_name(name, self.language)

    def source(self, code: str | None) -> str:
        """What a source system is called."""
        return source_title(code, self.language)

    def listed(self, names: Iterable[str]) -> str:
        """Names one after the other, with the comma of the person's language."""
        return frame_texts(self.language)("and").join(names)

    @contextmanager
    def empty(self, name: str) -> Iterator[None]:
        """A place with nothing in it: `<name>_title` and `<name>_text`; the body adds a way on."""
        with st.container(border=True, key=f"empty_{name}", horizontal_alignment="center"):
            st.markdown(f"## {self.t(f'{name}_title')}")
            st.caption(self.t(f"{name}_text"))
            yield


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """Every page there is: the modules of pages/ that declare a PAGE, in the order of the menu."""
    names = sorted(
        path.stem for path in FOLDER.glob("*.py") if path.stem not in ("__init__", "main")
    )
    found = [Entry(name, module(name).PAGE) for name in names]
    return tuple(sorted(found, key=lambda e: (SECTIONS.index(e.page.section), e.page.order)))


def module(name: str) -> Any:
    """The module of a page."""
    return importlib.import_module(f"pages.{name}")


def here(name: str, who: Person, preferences: Preferences) -> Here:
    """What the page `name` is handed."""
    return Here(name, who, preferences, page_texts(name, preferences.language))
