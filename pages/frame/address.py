"""The state of a page lives in its address, so that a link shows what its sender saw."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

_PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class Address:
    """Reads and writes query parameters; what makes no sense is noted in `unknown`, not obeyed."""

    def __init__(self) -> None:
        self.unknown: list[tuple[str, str]] = []

    def text(self, name: str, default: str = "", longest: int = 200) -> str:
        """A free text, at most `longest` characters of it."""
        return str(st.query_params.get(name, default))[:longest]

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of `allowed`, else the default."""
        return self._checked(name, default, lambda value: value if value in allowed else None)

    def choices(self, name: str, allowed: Sequence[str]) -> list[str]:
        """Any of `allowed` (the parameter may be repeated), in their order."""
        given = st.query_params.get_all(name)
        self.unknown += [(name, value) for value in given if value not in allowed]
        return [value for value in allowed if value in given]

    def texts(self, name: str, most: int = 50, longest: int = 200) -> list[str]:
        """Free texts of a parameter that may be repeated; an empty one stands for "not known"."""
        return [str(value)[:longest] for value in st.query_params.get_all(name)[:most]]

    def number(self, name: str, default: int | None = None, least: int = 0) -> int | None:
        """A whole number of at least `least`."""
        return self._checked(
            name,
            default,
            lambda v: (
                int(v) if re.fullmatch(r"\d{1,18}", v, re.ASCII) and int(v) >= least else None
            ),
        )

    def period(self, name: str, default: str | None = None) -> str | None:
        """A month such as `1403-05`."""
        return self._checked(name, default, lambda v: v if _PERIOD.fullmatch(v) else None)

    def write(self, **state: object) -> None:
        """Put state into the address; None, empty text and empty lists leave it."""
        for name, value in state.items():
            if value is None or value == "" or value == []:
                st.query_params.pop(name, None)
            elif isinstance(value, list | tuple):
                if st.query_params.get_all(name) != [str(v) for v in value]:
                    st.query_params[name] = [str(v) for v in value]
            elif st.query_params.get(name) != str(value):
                st.query_params[name] = str(value)

    def _checked(self, name, default, read):  # type: ignore[no-untyped-def]
        given = st.query_params.get(name)
        if given is None:
            return default
        value = read(given)
        if value is None:
            self.unknown.append((name, given))
            return default
        return value
