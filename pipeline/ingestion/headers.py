"""Match the headers of a file to the columns a mapping wants: surely, or not at all.

Headers are matched by text, never by position: first as they are, then folded, then by known other
names, then by meaning, where the whole row decides at once and the cells have a say. A column left
alone is seen and asked about; a wrong one falsifies figures. So what is in doubt stays unmatched.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.ingestion.header_candidates import Candidate, Judge, choose
from pipeline.ingestion.header_reasons import reason
from pipeline.ingestion.header_types import Match, Wanted, header_key

__all__ = ["Match", "Wanted", "match_headers"]

EXACT: Final = 1.0
FOLDED: Final = 0.99
ALIAS: Final = 0.97
SIMILAR: Final = 0.95  # the most that likeness can reach, with the cells agreeing
RESEMBLING: Final = 0.2  # likeness from which a header that differs is worth naming
UNSEEN: Final = 0.9  # the same where cells cannot or do not prove it
VALUES: Final = 0.85  # the most where the cells supplied what the header does not say


def match_headers(
    headers: Sequence[str],
    wanted: Sequence[Wanted],
    samples: Sequence[Sequence[str]] | None = None,
) -> list[Match]:
    """Give one match per header, in file order; no two headers get one column.

    `samples` are up to some hundred rows of cells of the same file. Another order of the columns
    gives the same matches in that order, except among headers that are equal once folded: there
    the one spelt exactly as wanted, else the first, is taken.
    """
    matching = _Matching(headers, wanted, samples or ())
    matching.leave_empty_and_repeated()
    matching.take_exact_and_folded()
    matching.take_aliases()
    matching.take_similar()
    return [matching.matches[index] for index in range(len(headers))]


class _Matching:
    """One matching under way: what is decided and which wanted columns are taken."""

    def __init__(
        self,
        headers: Sequence[str],
        wanted: Sequence[Wanted],
        samples: Sequence[Sequence[str]],
    ) -> None:
        self.headers, self.wanted = headers, wanted
        self.keys = [header_key(header) for header in headers]
        self.judge = Judge(headers, wanted, samples)
        self.taken: dict[int, int] = {}  # wanted -> header
        self.matches: dict[int, Match] = {}

    def leave_empty_and_repeated(self) -> None:
        """Leave headers without a letter or digit, and all but one of equal headers."""
        exact = {one.header.strip() for one in self.wanted}
        first: dict[str, int] = {}
        for index in sorted(
            range(len(self.headers)), key=lambda at: (self.headers[at].strip() not in exact, at)
        ):
            if not self.keys[index]:
                self._leave(index, "empty")
            elif (other := first.setdefault(self.keys[index], index)) != index:
                self._leave(index, "repeated", position=other + 1)

    def take_exact_and_folded(self) -> None:
        """Match headers that are a wanted header, to the letter or once folded."""
        by_text = {one.header.strip(): number for number, one in enumerate(self.wanted)}
        by_key = {header_key(one.header): number for number, one in enumerate(self.wanted)}
        for index in self._open():
            text = self.headers[index].strip()
            if text in by_text:
                self._take(index, by_text[text], EXACT, "exact")
            elif self.keys[index] in by_key and by_key[self.keys[index]] not in self.taken:
                self._take(index, by_key[self.keys[index]], FOLDED, "folded")

    def take_aliases(self) -> None:
        """Match known other names; of two for one column the earlier in its list wins.

        An alias that two columns share, or that the cells refute, proves nothing.
        """
        open_by_key = {self.keys[index]: index for index in self._open()}
        keys = [list(dict.fromkeys(map(header_key, one.aliases))) for one in self.wanted]
        owners = Counter(key for of_one in keys for key in of_one)
        for number, of_one in enumerate(keys):
            for key in of_one:
                index = open_by_key.get(key)
                if index is None or number in self.taken or owners[key] > 1:
                    continue
                if not self.judge.refuted(index, number):
                    self._take(index, number, ALIAS, "alias")

    def take_similar(self) -> None:
        """Match what is left by meaning and cells, then say of each header left alone why."""
        candidates = self.judge.candidates(self._open())
        for chosen, rival in choose(candidates, self.taken).items():
            if rival is None:
                self._take_similar(chosen)
            else:
                self._leave_ambiguous(chosen, rival)
        for index in self._open():
            self._explain(index, [one for one in candidates if one.header == index])

    def _open(self) -> list[int]:
        """Give the undecided headers by text: ties fall alike whatever the order of columns."""
        undecided = (index for index in range(len(self.headers)) if index not in self.matches)
        return sorted(undecided, key=lambda index: self.keys[index])

    def _take(
        self, index: int, number: int, confidence: float, how: str, why: str | None = None
    ) -> None:
        one = self.wanted[number]
        fa, en = reason(why or how, wanted=one.header)
        if self.judge.refuted(index, number):
            more_fa, more_en = reason("doubtful_cells")
            fa, en = f"{fa} {more_fa}", f"{en} {more_en}"
        self.taken[number] = index
        self.matches[index] = Match(index, self.headers[index], one.column, confidence, how, fa, en)

    def _take_similar(self, chosen: Candidate) -> None:
        most = VALUES if chosen.how == "values" else SIMILAR if chosen.confirmed else UNSEEN
        why = "similar_confirmed" if chosen.how == "similar" and chosen.confirmed else chosen.how
        confidence = round(most * chosen.likeness.score, 3)
        self._take(chosen.header, chosen.wanted, confidence, chosen.how, why)

    def _leave(self, index: int, code: str, **values: str | int) -> None:
        fa, en = reason(code, **values)
        self.matches[index] = Match(index, self.headers[index], None, 0.0, "none", fa, en)

    def _leave_ambiguous(self, chosen: Candidate, rival: Candidate) -> None:
        """Leave a header that fits two columns, or both of two headers that fit one column."""
        first = self.wanted[chosen.wanted].header
        if rival.header == chosen.header:
            other = self.wanted[rival.wanted].header
            header = self.headers[chosen.header]
            self._leave(chosen.header, "ambiguous", header=header, wanted=first, other=other)
            return
        mine, theirs = self.headers[chosen.header], self.headers[rival.header]
        for index in (chosen.header, rival.header):
            self._leave(index, "ambiguous", header=first, wanted=mine, other=theirs)

    def _nearness(self, one: Candidate) -> tuple[float, bool, int]:
        return one.likeness.score, self.wanted[one.wanted].required, -one.wanted

    def _explain(self, index: int, candidates: Sequence[Candidate]) -> None:
        """Say why a header stays alone, by the wanted column it comes nearest to."""
        if not candidates:
            self._leave(index, "unlike")
            return
        nearest = max(candidates, key=self._nearness)
        header = self.wanted[nearest.wanted].header
        if nearest.refuted:
            self._leave(index, "refuted", wanted=header)
        elif nearest.near and nearest.wanted in self.taken:
            other = self.headers[self.taken[nearest.wanted]]
            self._leave(index, "taken", wanted=header, other=other)
        elif nearest.likeness.differing and nearest.likeness.score >= RESEMBLING:
            word = nearest.likeness.differing
            self._leave(index, "differs", wanted=header, word=word)
        else:
            self._leave(index, "unlike")
