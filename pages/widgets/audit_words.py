"""What audit events say, in words: what was done, to what, and by whom from where."""

from __future__ import annotations

import re
from typing import Any

from pages.frame.formats import isolate
from pages.frame.language import frame_texts, rule_title
from pages.frame.page import Here
from pipeline.audit_trail import visible
from pipeline.db import Row
from pipeline.settings import get_settings
from pipeline.texts import Texts, read_texts

_FROM = re.compile(r"from (?P<place>\S+)(?: session (?P<session>\d+))?")
# Of the many facts of an event these tell best what it was about.
_TELLING = ("file_name", "name", "path", "period", "rule_code", "what", "role", "reason")
_SHORT = 60


def audit_texts(language: str) -> Texts:
    """Words for actions, kinds of subject and headings."""
    return read_texts(get_settings().config_dir, language, "audit")


def action_word(code: str, language: str) -> str:
    """What an action is called; its code where nobody gave it words yet."""
    return audit_texts(language).words.get(f"action_{code}", visible(code))


def kind_word(code: str, language: str) -> str:
    """What a kind of subject is called; its code where nobody gave it words yet."""
    return audit_texts(language).words.get(f"kind_{code}", visible(code))


def subject_text(here: Here, event: Row) -> str:
    """To what it was done: `load 4`; a rule by its title."""
    kind = kind_word(event["subject_kind"], here.language)
    number = event["subject_id"]
    if number is None:
        return kind
    shown = visible(str(number))
    if event["subject_kind"] == "rule":
        shown = rule_title(shown, here.language)
    elif shown.isascii() and shown.isdecimal():
        shown = here.f.digits(shown)
    return f"{kind} {isolate(shown)}"


def about(here: Here, event: Row) -> str:
    """The most telling facts in one short line."""
    detail: dict[str, Any] = event["detail"]
    facts = {**detail, **(detail.get("after") or {})}
    role = frame_texts(here.language).words.get(f"role_{facts.get('role')}")
    facts |= {"role": role} if role else {}
    said = [visible(str(facts[name])) for name in _TELLING if isinstance(facts.get(name), str)]
    return " · ".join(isolate(text if len(text) <= _SHORT else f"{text[:_SHORT]}…")
                      for text in said[:3])  # fmt: skip


def origin_text(event: Row, language: str) -> str:
    """From where: the address and session of a browser, or what the database knows of it."""
    t, origin = audit_texts(language), visible(event["origin"])
    found = _FROM.match(origin)
    if found is None:
        return t("from_machine")
    place = isolate(found["place"])
    if found["session"] is None:
        return place
    return t("from_session", place=place, session=isolate(found["session"]))
