"""What a person set for the screen: language, digits, money unit, theme; kept in plain cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("fa", "en"),
    "digits": ("auto", "persian", "latin"),
    "money": ("rial", "toman"),
    "theme": ("system", "light", "dark"),
}
LASTS_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True)
class Preferences:
    """How screens speak to one person."""

    language: str = "fa"
    digits: str = "auto"
    money: str = "rial"
    theme: str = "system"

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if self.language == "fa" else "ltr"

    @property
    def persian_digits(self) -> bool:
        """Whether figures are written ۱۲۳; left alone, they follow the language."""
        return self.digits == "persian" or (self.digits == "auto" and self.language == "fa")

    @property
    def locale(self) -> str:
        """What grids and date fields of the browser go by."""
        if self.language == "en":
            return "en-GB"
        return "fa-IR" if self.persian_digits else "fa-IR-u-nu-latn"


def read_preferences(cookies: Mapping[str, str], language: str = "fa") -> Preferences:
    """Preferences from cookies; whatever is not a known choice counts as not set."""
    found = {
        name: cookies[name] for name, allowed in CHOICES.items() if cookies.get(name) in allowed
    }
    return Preferences(**{"language": language, **found})
