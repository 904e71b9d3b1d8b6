"""What columns mean, with their unit and an example, from `config/glossary.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.settings import ROOT


@dataclass(frozen=True, slots=True)
class Entry:
    """One column in both languages, and a value as JSON has it."""

    fa: str
    en: str
    example: Any

    def words(self, language: str) -> str:
        """The sentence in `language`."""
        return self.fa if language == "fa" else self.en


Glossary = dict[str, Entry]


@lru_cache(maxsize=2)
def read_glossary(config_dir: Path) -> Glossary:
    """Every column by its name; a folder of settings without a glossary gets the product's."""
    path = config_dir / "glossary.yml"
    if not path.exists():
        path = ROOT / "config" / path.name
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Entry(**entry) for name, entry in found["columns"].items()}
