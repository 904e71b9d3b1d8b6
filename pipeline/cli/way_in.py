"""Where the console is and how to come in: one block in every language at once."""

from __future__ import annotations

from pipeline.access.first import First
from pipeline.cli.output import shown
from pipeline.settings import Settings
from pipeline.texts import read_texts

# Whoever starts the console has chosen no language yet.
LANGUAGES = ("en", "fa")
RULE = "─" * 78


def way_in(settings: Settings, address: str, made: First | None) -> str:
    """Address, name and one-time password of the administrator just made, and how to end it.

    `made` is None where the house has its administrator: then only that one signs in as before.
    """
    words = [read_texts(settings.config_dir, language, "way_in") for language in LANGUAGES]
    facts = {"console": address, "english": f"{address}/prefer?language=en"}
    if made is not None:
        facts["name"] = shown(made.name)
    if made is not None and made.password is not None:
        facts["password"] = made.password
    facts["end"] = "Ctrl-C"
    english, persian = words
    widths = [max(map(len, map(english, facts))), max(map(len, facts.values()))]
    # The value stands before the Persian word: behind it, digits and signs would change places.
    rows = [
        f"{english(key):{widths[0]}}  {value:{widths[1]}}  {persian(key)}"
        for key, value in facts.items()
    ]
    return "\n".join([RULE, *rows, *(texts(_note(made)) for texts in words), RULE])


def _note(made: First | None) -> str:
    if made is None:
        return "as_before"
    return "from_environment" if made.password is None else "only_now"
