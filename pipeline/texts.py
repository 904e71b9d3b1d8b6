"""The words of screens and terminal, one YAML file per language: `config/texts.<language>.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.settings import ROOT

# The quick one where the library has it; both are safe.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Texts:
    """The texts of one section in one language; calling it fills one in."""

    language: str
    words: dict[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of `name` with its values; KeyError when either is missing."""
        return self.words[name].format(**values)


@lru_cache(maxsize=256)
def read_texts(config_dir: Path, language: str, section: str) -> Texts:
    """The texts of `section`; a folder of settings without texts of its own gets the product's."""
    path = config_dir / f"texts.{language}.yml"
    if not path.exists():
        path = ROOT / "config" / path.name
    return Texts(language, {key: str(text) for key, text in _read_file(path)[section].items()})


@lru_cache(maxsize=8)
def _read_file(path: Path) -> dict[str, Any]:
    """Every section of a file: reading it takes longer than drawing a page."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
    return found
