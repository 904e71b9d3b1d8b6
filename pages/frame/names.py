"""What codes are called: source systems, whoever acts without a person, browsers, found values."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from pages.frame.formats import Formats, isolate
from pages.frame.language import frame_texts
from pipeline.access.names import INBOX, SAMPLE, TERMINAL
from pipeline.contracts import Words, list_sources, read_mapping
from pipeline.settings import get_settings

# Who acts where nobody signed in.
NOBODY_SIGNED_IN = (TERMINAL, INBOX, SAMPLE)
LONGEST_AGENT = 40
# A browser that is built on another names both: whoever stands first here is it.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("YaBrowser", "Yandex"), ("Vivaldi", "Vivaldi"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"), ("Chrome", "Chrome"), ("Version", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("CrOS", "ChromeOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
_THEN_NOW = " → "


def source_title(code: str | None, language: str) -> str:
    """What a source system is called; its code where there is no mapping of it any more."""
    title = _source_titles(get_settings().config_dir).get(code or "")
    return title.of(language) if title is not None else code or ""


@lru_cache(maxsize=2)
def _source_titles(config_dir: Path) -> dict[str, Words]:
    return {code: read_mapping(config_dir, code).title for code in list_sources(config_dir)}


def actor_name(name: str | None, language: str) -> str:
    """Who did something, kept apart from the words around: a person, or what acted by itself."""
    if name in NOBODY_SIGNED_IN:
        return frame_texts(language)(f"actor_{name}")
    return isolate(name) if name else ""


def browser_name(agent: str, language: str) -> str:
    """What a browser says of itself as people say it: `Chrome on Windows`; else its beginning."""
    browser = next((name for token, name in _BROWSERS if f"{token}/" in agent), None)
    system = next((name for token, name in _SYSTEMS if token in agent), None)
    if browser is None or system is None:
        short = " ".join(agent.split())
        return isolate(short if len(short) <= LONGEST_AGENT else f"{short[:LONGEST_AGENT]}…")
    return frame_texts(language)("browser_on", browser=isolate(browser), system=isolate(system))


def found_text(f: Formats, code: str, value: str | None, currency: str) -> str | None:
    """What a rule about the load as a whole found, as a sentence; None for a value of the file.

    The database holds it bare: `5000 → 800`, `کد مشتری: 1.0% → 40.0%`, `1403-05-03, 1403-05-04`.
    """
    if value is None or code not in _FOUND:
        return None
    try:
        return _FOUND[code](f, value, currency)
    except (ValueError, InvalidOperation):
        return None


def _row_count(f: Formats, value: str, _: str) -> str:
    then, now = (f.number(int(part)) for part in value.split(_THEN_NOW))
    return frame_texts(f.preferences.language)("found_ROW_COUNT_DRIFT", then=then, now=now)


def _total(f: Formats, value: str, currency: str) -> str:
    then, now = (f.money(Decimal(part), currency) for part in value.split(_THEN_NOW))
    return frame_texts(f.preferences.language)("found_TOTAL_DRIFT", then=then, now=now)


def _null_rate(f: Formats, value: str, _: str) -> str:
    header, _, rates = value.rpartition(": ")
    then, now = (f.percent(Decimal(part.rstrip("%")) / 100) for part in rates.split(_THEN_NOW))
    t = frame_texts(f.preferences.language)
    return t("found_NULL_RATE_DRIFT", header=isolate(header), then=then, now=now)


def _days(f: Formats, value: str, _: str) -> str:
    days = value.split(", ")
    if not all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) for day in days):
        raise ValueError(value)
    t = frame_texts(f.preferences.language)
    shown = t("and").join(isolate(f.digits(day.replace("-", "/"))) for day in days)
    return t("found_MISSING_DAYS", count=f.number(len(days)), days=shown)


def _gap(f: Formats, value: str, currency: str) -> str:
    said = re.fullmatch(r"lines ([+-]\d+), amount ([+-][\d.]+)", value)
    if said is None:
        raise ValueError(value)
    t = frame_texts(f.preferences.language)
    return t("found_RECONCILIATION_GAP", lines=f.number(int(said[1])),
             money=f.money_exact(Decimal(said[2]), currency))  # fmt: skip


_FOUND = {
    "ROW_COUNT_DRIFT": _row_count,
    "TOTAL_DRIFT": _total,
    "NULL_RATE_DRIFT": _null_rate,
    "MISSING_DAYS": _days,
    "RECONCILIATION_GAP": _gap,
}
