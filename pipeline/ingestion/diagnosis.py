"""What is wrong with an unsound line, and its best reading."""

from dataclasses import dataclass

from pipeline.ingestion.cells import Dialect, Quotes, Split
from pipeline.ingestion.damage import Damage, other_delimiter, ragged, unsound_quotes
from pipeline.ingestion.kinds import Column
from pipeline.ingestion.repair import read_other_delimiter, repair_quotes, restore_delimiter


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Names the damage of lines of one table, given its dialect, width and column kinds."""

    dialect: Dialect
    width: int
    profile: tuple[Column, ...]

    def __call__(self, number: int, text: str, split: Split) -> tuple[Damage, list[str]]:
        """Give the damage of the line `number`, and its cells read as well as can be."""
        dialect, width = self.dialect, self.width
        sound, found = split.quotes is Quotes.SOUND, len(split.cells)
        few = (found < width or not sound) and len(text) >= width - 1
        if few and (other := read_other_delimiter(text, dialect, width, self.profile)):
            return other_delimiter(number, *other, dialect), other[1]
        if few and (restored := restore_delimiter(text, dialect, width, self.profile)):
            return ragged(number, width - 1, width), restored
        if sound:
            return ragged(number, found, width), split.cells
        whole = split.quotes is Quotes.LONE and found == width
        cells = split.cells if whole else repair_quotes(text, dialect, width)
        return unsound_quotes(number, split.quotes, dialect, len(cells), width), cells
