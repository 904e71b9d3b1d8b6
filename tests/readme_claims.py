"""What a document claims about the checkout: commands (```sh blocks), folders (```tree blocks)."""

import re
from pathlib import Path

_BLOCK = re.compile(r"^```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)^```\s*$", re.DOTALL | re.MULTILINE)
_FILE_WITHOUT_DOT = {"Makefile", "Dockerfile", "LICENSE"}
_MAKE = re.compile(
    r"(?:^|&&|;|\|)[ \t]*(?:\w+=\S+[ \t]+)*make((?:[ \t]+[^\s#;&|]+)+)", re.MULTILINE
)
_PIPELINE = re.compile(
    r"python[\d.]* -m pipeline((?:[ \t]+[a-z][a-z0-9-]*(?=\s|$))+)", re.MULTILINE
)


def blocks(markdown: str, kind: str) -> list[str]:
    """Texts of the fenced blocks of one kind, in order."""
    return [m["text"] for m in _BLOCK.finditer(markdown) if m["kind"] == kind]


def make_targets(shell: str) -> set[str]:
    """Targets that `make …` lines name; variables and options are none."""
    words = [word for found in _MAKE.findall(shell) for word in found.split()]
    return {word for word in words if re.fullmatch(r"[a-z][a-z0-9-]*", word)}


def cli_words(shell: str) -> list[list[str]]:
    """For each `python -m pipeline …`: the bare words after it, verbs first."""
    return [found.split() for found in _PIPELINE.findall(shell)]


def declared_targets(makefile: str) -> dict[str, str]:
    """Phony targets of a Makefile with the sentence behind `##` (empty when there is none)."""
    phony = " ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split()
    helps = dict(re.findall(r"^([a-z-]+):[^#\n]*## (.+)$", makefile, re.MULTILINE))
    return {target: helps.get(target, "") for target in phony}


def tree_paths(tree: str) -> list[str]:
    """Paths that a drawn tree names, as globs; `<source>` and `NNN` stand for anything.

    A line is: indent (blanks or box lines), then names, then words about them. A name ends in `/`,
    has a dot or is a known file; a line whose first word is no name says nothing.
    """
    paths: list[str] = []
    open_folders: list[tuple[int, str]] = []
    for line in tree.splitlines():
        text = line.lstrip(" │├└─\t")
        indent = len(line) - len(text)
        while open_folders and open_folders[-1][0] >= indent:
            open_folders.pop()
        parent = open_folders[-1][1] if open_folders else ""
        names = _leading_names(text)
        paths += [parent + name for name in names]
        if len(names) == 1 and names[0].endswith("/"):
            open_folders.append((indent, parent + names[0]))
    return paths


def missing_paths(tree: str, root: Path) -> list[str]:
    """Paths of a drawn tree that nothing in the checkout answers to."""
    return [path for path in tree_paths(tree) if not any(root.glob(path.rstrip("/")))]


def _leading_names(text: str) -> list[str]:
    names = []
    for word in text.replace(",", " ").split():
        if not _is_name(word):
            break
        names.append(re.sub(r"<[^>]*>|NNN", "*", word))
    return names


def _is_name(word: str) -> bool:
    # A dot inside, or a leading one (`.env.example`); a full stop ends a sentence, not a name.
    return word.endswith("/") or word in _FILE_WITHOUT_DOT or bool(re.search(r"\.\w+$", word))
