"""The facts of an audit event in words: what each field is called, and what its value says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

from pages.frame.language import frame_texts, rule_title
from pages.frame.names import browser_name
from pages.frame.page import Here
from pages.widgets.audit_words import action_word, audit_texts
from pages.widgets.raw_text import raw_html
from pipeline.audit_trail import visible

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*[+-]\d{2}(:\d{2})?")
_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def field_html(here: Here, name: str) -> str:
    """What a field is called, its name in the chain beside it; the name alone without words."""
    code = f"<bdi>{escape(visible(name))}</bdi>"
    word = audit_texts(here.language).words.get(f"field_{name}")
    return code if word is None else f'{escape(word)} <small class="sales-code">{code}</small>'


def value_html(here: Here, name: str, value: Any) -> str:
    """A value in words, as it stands in the chain on hover; what has no words, as it stands."""
    stands = value if value is None or isinstance(value, str) else json_text(value)
    said = _said(here, name, value)
    if said is None:
        return raw_html(stands, here.t("nothing"))
    return f'<span title="{escape(visible(stands or ""))}">{escape(said)}</span>'


def json_text(value: Any) -> str:
    """A value that is no text as the chain has it."""
    return json.dumps(value, ensure_ascii=False)


def _said(here: Here, name: str, value: Any) -> str | None:
    if isinstance(value, bool):
        return here.t("is_true" if value else "is_false")
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return here.f.moment(datetime.fromisoformat(value))
    if isinstance(value, int):
        return here.f.size(value) if name.endswith("size") else here.f.number(value)
    if isinstance(value, str) and value and name in _WORDS:
        return _WORDS[name](here, value)
    return None


def _known(here: Here, key: str) -> str | None:
    return frame_texts(here.language).words.get(key)


def _rule(here: Here, code: str) -> str | None:
    title = rule_title(code, here.language)
    return None if title == code else title


def _period(here: Here, period: str) -> str | None:
    return here.f.month(period) if _PERIOD.fullmatch(period) else None


_WORDS: dict[str, Callable[[Here, str], str | None]] = {
    "role": lambda here, value: _known(here, f"role_{value}"),
    "severity": lambda here, value: _known(here, f"severity_{value}"),
    "status": lambda here, value: _known(here, f"status_{value}"),
    "state_before": lambda here, value: _known(here, f"state_{value}"),
    "state_after": lambda here, value: _known(here, f"state_{value}"),
    "rule_code": _rule,
    "period": _period,
    "source_system": lambda here, value: here.source(value),
    "agent": lambda here, value: browser_name(value, here.language),
    "action": lambda here, value: action_word(value, here.language),
    **dict.fromkeys(
        ("actor", "author", "received_by", "created_by", "requested_by"),
        lambda here, value: here.actor(value),
    ),
}
