"""What to click, in place of the terminal's verbs that messages of the pipeline name.

A message is written once, for both: the terminal shows it as it is, with its verb in marks such as
«recheck 5» or `recheck 5`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pages.frame.language import page_texts
from pipeline.errors import PipelineError
from pipeline.settings import get_settings
from pipeline.texts import read_texts

# Verb → its way in section `ways` of the texts; "terminal" where the console has none.
WAYS = {
    "recheck": "recheck",
    "jobs": "jobs",
    "cancel": "cancel",
    "status": "loads",
    "months": "loads",
    "users list": "users",
    "unlock": "terminal",
    "migrate": "terminal",
    "mapping export": "terminal",
    "mapping import": "terminal",
}
_VERBS = "|".join(WAYS)
_MARKED = re.compile(
    rf"[«`](?P<said>(?:python -m pipeline )?(?P<verb>{_VERBS})"
    r"(?: (?P<number>\d+))?(?P<option> --[a-z]+)?)[»`]"
)


def on_screen(error: PipelineError, language: str) -> str:
    """The message of an error as a page says it."""
    return clickable(error.text(language), language)


def clickable(text: str, language: str) -> str:
    """A message with what to click where it names a verb."""

    def way(found: re.Match[str]) -> str:
        name = WAYS[found["verb"]]
        if name == "recheck":
            name += "_month" if found["option"] else "_of" if found["number"] else ""
        said = {"number": found["number"] or "", "said": found["said"]}
        return _words(language)[f"way_{name}"].format(**_labels(language), **said)

    return _MARKED.sub(way, text)


def _words(language: str) -> dict[str, str]:
    return read_texts(get_settings().config_dir, language, "ways").words


@lru_cache(maxsize=4)
def _labels(language: str) -> dict[str, str]:
    """Buttons and pages by the words that stand on them."""
    load = page_texts("load", language)
    labels = {name: load(name) for name in ("run_again", "active_jobs", "cancel_job")}
    return labels | {name: page_texts(name, language)("title") for name in ("loads", "users")}
