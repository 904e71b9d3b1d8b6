"""Which headers of a file may mean which wanted columns, judged by their words and their cells."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.ingestion.assignment import best_pairs
from pipeline.ingestion.header_meaning import Likeness, Meaning, Reader, compare
from pipeline.ingestion.header_types import Wanted
from pipeline.ingestion.header_values import (
    Profile,
    confirms,
    contradicts,
    implied_role,
    profile_column,
)
from pipeline.ingestion.header_words import BARE, HOLLOW

THRESHOLD: Final = 0.82  # likeness below which no match is proposed
MARGIN: Final = 0.04  # a rival as near as this makes a match a guess, and a guess is no match
# Headers (`نوع`, `فروش/برگشت`) that are the invoice's type if their cells say sale or return.
_OF_TYPES: Final = (frozenset({"type"}), frozenset({"return"}))
_WORD_OF: Final = {"type": "نوع", "code": "کد", "name": "نام", "invoice": "فاکتور"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A header and a wanted column, both by index, that have words in common.

    `how` is similar, or values when the cells supplied the word that the header lacks; `refuted`
    and `confirmed` are what the cells say.
    """

    header: int
    wanted: int
    likeness: Likeness
    how: str = "similar"
    refuted: bool = False
    confirmed: bool = False

    @property
    def near(self) -> bool:
        """Say whether the words alone would make a match."""
        return self.likeness.score >= THRESHOLD


class Judge:
    """Compares the headers of one file with the wanted columns, by meaning and by cells."""

    def __init__(
        self,
        headers: Sequence[str],
        wanted: Sequence[Wanted],
        samples: Sequence[Sequence[str]],
    ) -> None:
        self._headers, self._wanted, self._samples = headers, wanted, samples
        self._reader = Reader(name for one in wanted for name in (one.header, *one.aliases))
        self._concepts = [self._reader.read(one.header).strong for one in wanted]
        self._profiles: dict[int, Profile] = {}

    def refuted(self, header: int, wanted: int) -> bool:
        """Say whether the cells under a header cannot be those of a wanted column."""
        kind = self._wanted[wanted].kind
        return contradicts(self._profile(header), kind, self._concepts[wanted])

    def candidates(self, headers: Iterable[int]) -> list[Candidate]:
        """Give the best reading of each pair of header and wanted column with a word in common."""
        best: dict[tuple[int, int], Candidate] = {}
        meanings = self._wanted_meanings()
        for header in headers:
            for meaning, how in self._readings(header):
                for wanted, of_wanted in meanings:
                    likeness = compare(meaning, of_wanted)
                    known = best.get((header, wanted))
                    if likeness.score > (known.likeness.score if known else 0.0):
                        best[header, wanted] = Candidate(header, wanted, likeness, how)
        return [self._weigh(candidate) for candidate in best.values()]

    def _wanted_meanings(self) -> list[tuple[int, Meaning]]:
        """Give each distinct meaning of each wanted column's header and other names."""
        found: dict[tuple[int, frozenset[str], frozenset[str]], Meaning] = {}
        for number, one in enumerate(self._wanted):
            for name in (one.header, *one.aliases):
                meaning = self._reader.read(name)
                if meaning.strong - HOLLOW:
                    found.setdefault((number, meaning.strong, meaning.weak), meaning)
        return [(number, meaning) for (number, _, _), meaning in found.items()]

    def _readings(self, header: int) -> list[tuple[Meaning, str]]:
        """Read a header; one that names a thing alone, also with the role its cells show."""
        meaning = self._reader.read(self._headers[header])
        readings = [(meaning, "similar")]
        roles: frozenset[str] = frozenset()
        if len(meaning.strong) == 1 and meaning.strong <= BARE and not meaning.weak:
            roles = implied_role(self._profile(header))
        elif meaning.strong in _OF_TYPES and confirms(self._profile(header), "type"):
            roles = frozenset({"type", "invoice"})
        if roles:
            words = {**meaning.words, **{role: _WORD_OF[role] for role in roles}}
            strong = (meaning.strong - {"return"}) | roles
            readings.append((replace(meaning, strong=strong, words=words), "values"))
        return readings

    def _weigh(self, candidate: Candidate) -> Candidate:
        """Let the cells speak on a candidate that the words alone would make a match."""
        if not candidate.near:
            return candidate
        kind = self._wanted[candidate.wanted].kind
        return replace(
            candidate,
            refuted=self.refuted(candidate.header, candidate.wanted),
            confirmed=confirms(self._profile(candidate.header), kind),
        )

    def _profile(self, header: int) -> Profile:
        if header not in self._profiles:
            self._profiles[header] = profile_column(self._samples, header)
        return self._profiles[header]


def choose(
    candidates: Iterable[Candidate], taken: Collection[int]
) -> Mapping[Candidate, Candidate | None]:
    """Pair headers with wanted columns that are not taken, so that the whole row fits best.

    Gives each chosen candidate with its rival: one nearly as good that stays without a partner,
    which makes the choice a guess; None where there is no such rival.
    """
    sound = {
        (one.header, one.wanted): one
        for one in candidates
        if one.near and not one.refuted and one.wanted not in taken
    }
    rows = list(dict.fromkeys(header for header, _ in sound))
    columns = sorted({wanted for _, wanted in sound})
    profits = [[_profit(sound.get((row, column))) for column in columns] for row in rows]
    chosen = [sound[rows[row], columns[column]] for row, column in best_pairs(profits)]
    return {one: _rival(one, sound.values(), chosen) for one in chosen}


def _profit(candidate: Candidate | None) -> float:
    """Count only what exceeds the threshold: one sure match outweighs two doubtful ones."""
    return candidate.likeness.score - THRESHOLD + 0.01 if candidate else 0.0


def _rival(
    chosen: Candidate, sound: Iterable[Candidate], pairing: Sequence[Candidate]
) -> Candidate | None:
    """Give a candidate for the same header or column, nearly as good, whose other end is free."""
    headers = {one.header for one in pairing}
    columns = {one.wanted for one in pairing}
    for other in sound:
        same_header = other.header == chosen.header and other.wanted not in columns
        same_column = other.wanted == chosen.wanted and other.header not in headers
        near = other.likeness.score > chosen.likeness.score - MARGIN
        if near and (same_header or same_column):
            return other
    return None
