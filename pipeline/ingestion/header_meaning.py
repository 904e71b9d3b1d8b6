"""Read a header into concepts, forgiving joined and misspelt words, and compare two headers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from pipeline.ingestion.header_words import (
    CONCEPTS,
    HOLLOW,
    IMPLIED,
    LONGEST_PHRASE,
    WEAK,
    WORDS,
)
from pipeline.transform.text import fold_header

WEAK_WEIGHT: Final = 0.1  # of a weak word, where one that tells columns apart weighs 1
CORRECTED: Final = 0.94  # factor for each misspelt word that was put right
LONGEST_HEADER: Final = 200  # characters
CONFLICT: Final = 0.4  # factor when a word that tells columns apart is on one side alone
# Letters that differ by dots alone are the commonest typing and scanning errors.
_UNDOTTED = str.maketrans("پتثنچحخذزژشضظغقگ", "ببببجججدررسصطعفک")
_SUFFIXES = ("های", "ها", "هایی", "ی")
_FREE_EDITS = 6  # letters from which a word may have any one letter wrong


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says: the word behind every concept, strong ones and weak ones apart.

    A word nobody knows counts as a concept of its own, written with a leading `?`.
    """

    strong: frozenset[str]
    weak: frozenset[str]
    corrected: int = 0
    words: dict[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two headers are, 0..1, and the word on one side alone that tells them apart."""

    score: float
    differing: str = ""


class Reader:
    """Reads headers with the words of trade plus those of the wanted headers themselves."""

    def __init__(self, known_headers: Iterable[str]) -> None:
        own = {word for header in known_headers for word in fold_header(header).split()}
        self._known = WORDS | own
        self._words = sorted(self._known)
        self._by_shape: dict[str, list[str]] = {}
        for word in self._words:
            self._by_shape.setdefault(word.translate(_UNDOTTED), []).append(word)

    def read(self, header: str) -> Meaning:
        """Give the meaning of a header; an empty one has no concept at all.

        A text longer than any header is one unknown word.
        """
        if len(header) > LONGEST_HEADER:
            return Meaning(frozenset({"?"}), frozenset(), words={"?": "…"})
        tokens: list[str] = []
        corrected = 0
        for token in fold_header(header).split():
            known = self._known_words(token)
            if not known and (nearest := self._nearest(token)):
                known, corrected = (nearest,), corrected + 1
            tokens.extend(known or (token,))
        return _meaning(tokens, corrected)

    def _known_words(self, token: str) -> tuple[str, ...]:
        if token in CONCEPTS or token in self._known:
            return (token,)
        for suffix in _SUFFIXES:
            if (stem := token.removesuffix(suffix)) != token and stem in CONCEPTS:
                return (stem,)
        return _split_joined(token)

    def _nearest(self, token: str) -> str | None:
        """Give the one known word that this one was meant to be, None when in doubt."""
        if len(token) < 3 or not token.isalpha():
            return None
        same_shape = self._by_shape.get(token.translate(_UNDOTTED), [])
        if len(same_shape) == 1:
            return same_shape[0]
        near = process.extract(token, self._words, scorer=OSA.distance, score_cutoff=1, limit=None)
        close = [word for word, _, _ in near if _may_be_meant(token, word)]
        # A letter left out is the commoner slip: `ویزیتر` is ویزیتور, not ویزیت with a letter more.
        likely = [word for word in close if len(word) > len(token)] or close
        return likely[0] if len(likely) == 1 else None


def _may_be_meant(token: str, word: str) -> bool:
    """One edit is credible in a long word; in a short one only a letter left out or two swapped."""
    if min(len(token), len(word)) < 3:
        return False
    long = len(token) >= _FREE_EDITS
    return long or len(token) < len(word) or sorted(token) == sorted(word)


@lru_cache(maxsize=4096)  # also keeps a hostile header from being split in every possible way
def _split_joined(token: str) -> tuple[str, ...]:
    """Give the known words that a joined one is made of (`کدمشتری`), none if it is not made so."""
    if len(token) < 4:
        return ()
    for length in range(len(token) - 2, 1, -1):
        head, tail = token[:length], token[length:]
        if head in CONCEPTS:
            rest = (tail,) if tail in CONCEPTS else _split_joined(tail)
            if rest:
                return (head, *rest)
    return ()


def _meaning(tokens: Sequence[str], corrected: int) -> Meaning:
    words = dict(_concepts(tokens))
    if "number" in words and len(words.keys() - WEAK) > 1:
        words["code"] = words.pop("number")  # شماره مشتری is کد مشتری; شماره alone is neither
    superfluous = frozenset[str]().union(*(IMPLIED.get(concept, ()) for concept in words))
    kept = words.keys() - superfluous
    return Meaning(frozenset(kept - WEAK), frozenset(kept & WEAK), corrected, words)


def _concepts(tokens: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Give concept and spelling, the longest phrase first; fillers are left out."""
    start = 0
    while start < len(tokens):
        for end in range(min(start + LONGEST_PHRASE, len(tokens)), start, -1):
            phrase = tokens[start:end]
            concept = CONCEPTS.get("".join(phrase))
            if concept or end == start + 1:
                if concept != "filler":
                    yield concept or f"?{phrase[0]}", " ".join(phrase)
                break
        start = end


def compare(header: Meaning, wanted: Meaning) -> Likeness:
    """Measure how alike two headers are: shared weight over all weight, punished for conflicts.

    The formula is Dice's, with weights. Two headers that share no strong concept score 0.
    """
    shared = header.strong & wanted.strong
    if not shared - HOLLOW:
        return Likeness(0.0)
    weight = _weight(header) + _weight(wanted)
    score = 2 * (len(shared) + WEAK_WEIGHT * len(header.weak & wanted.weak)) / weight
    score *= CORRECTED ** (header.corrected + wanted.corrected)
    apart = header.strong ^ wanted.strong
    if not apart:
        return Likeness(score)
    telling = min(apart & header.strong or apart)
    return Likeness(score * CONFLICT, (header.words | wanted.words)[telling])


def _weight(meaning: Meaning) -> float:
    return len(meaning.strong) + WEAK_WEIGHT * len(meaning.weak)
