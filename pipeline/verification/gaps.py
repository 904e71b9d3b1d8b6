"""A gap: the place where the ledger does not add up, in Persian and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.contracts import Words

_MORE = Words(fa=" ({more} مورد دیگر نیز هست.)", en=" (There are {more} more.)")


@dataclass(frozen=True, slots=True)
class Gap:
    """What does not add up: `code` is the promise broken (I1 to I10), then where, then the words.

    `load_id` is None for what concerns no single load, `line_no` for what concerns no single line.
    """

    code: str
    load_id: int | None
    line_no: int | None
    fa: str
    en: str

    def text(self, language: str) -> str:
        """The gap in `language` ("fa" or "en"), its load and line first."""
        if language == "fa":
            load, line, words = "بار", "سطر", self.fa
        else:
            load, line, words = "load", "line", self.en
        place = [f"{load} {self.load_id}"] if self.load_id is not None else []
        if self.line_no is not None:
            place.append(f"{line} {self.line_no}")
        return f"{' '.join(place)}: {words}" if place else words


def make_gap(
    code: str,
    words: Words,
    *,
    load_id: int | None = None,
    line_no: int | None = None,
    gaps: int = 1,
    **values: Any,
) -> Gap:
    """A gap whose words are templates filled with `values`; `gaps` counts all of its kind."""
    texts = {}
    for language in ("fa", "en"):
        text = words.of(language).format(**values)
        more = _MORE.of(language).format(more=gaps - 1) if gaps > 1 else ""
        texts[language] = text + more
    return Gap(code, load_id, line_no, texts["fa"], texts["en"])
