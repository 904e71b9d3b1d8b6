"""The words of pages and frame: sections `page_<name>`, `frame` of config/texts.<language>.yml."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipeline.contracts import Words
from pipeline.quality.rules import read_catalogue
from pipeline.settings import get_settings
from pipeline.texts import Texts, read_texts


def page_texts(page: str, language: str) -> Texts:
    """The words of one page; KeyError when the language lacks the section."""
    return read_texts(get_settings().config_dir, language, f"page_{page}")


def frame_texts(language: str) -> Texts:
    """The words around every page: navigation, settings, common buttons and messages."""
    return read_texts(get_settings().config_dir, language, "frame")


def rule_title(code: str, language: str) -> str:
    """What a rule is called in the person's language; its code when the catalogue lacks it."""
    title = _rule_titles(get_settings().config_dir).get(code)
    return title.of(language) if title is not None else code


@lru_cache(maxsize=2)
def _rule_titles(config_dir: Path) -> dict[str, Words]:
    return {rule.code: rule.title for rule in read_catalogue(config_dir).rules}
