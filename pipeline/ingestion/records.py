"""Records: lines as the table means them, each with its true line number and, if any, its damage.

Nothing is ever left out: joined, the raws of all records are the bytes that were fed. What a
record is depends on the inspection and on at most a few following lines, so that reading may
start at any record boundary.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.ingestion.cells import Quotes, Split, split_cells
from pipeline.ingestion.damage import Damage, ragged, undecodable
from pipeline.ingestion.diagnosis import Diagnosis
from pipeline.ingestion.inspection import Inspection
from pipeline.ingestion.joining import Joiner, Scan
from pipeline.ingestion.kinds import fit, fits, typed_columns
from pipeline.ingestion.layout import is_blank, is_total, looks_like_header
from pipeline.ingestion.lines import Line, LineSplitter

_ROWS_AHEAD = 3
_LINES_AHEAD = 8
_EDGES = " \t\u00a0\u200e\u200f\ufeff"


@dataclass(slots=True)
class Record:
    """One line of the load.

    `line_no`: number of its first physical line, 1-based. `raw`: its bytes with terminator.
    `kind`: record, or what carries no record (header, preamble, blank, repeated_header, total,
    other_table). `cells`: text as it stands, None where there are none to speak of. `damage`: why
    the record cannot be trusted; its cells are then the best reading of it.
    """

    line_no: int
    raw: bytes
    kind: str
    cells: list[str] | None
    damage: Damage | None


class RecordReader:
    """Turns bytes into records, a block at a time; bytes begin after the byte order mark.

    `first_line_no` is the number of the first line fed, `header` replaces the inspected names.
    `other_table_width` carries over what a reader of the block before knew (its attribute of the
    same name): cells per line of a second table begun earlier, 0 for none.
    """

    def __init__(
        self,
        inspection: Inspection,
        first_line_no: int = 1,
        header: Sequence[str] | None = None,
        other_table_width: int = 0,
    ) -> None:
        self._inspection = inspection
        self._dialect = inspection.dialect
        self._width = inspection.width
        self._header = tuple(inspection.header if header is None else header)
        self._header_rows = {_folded(row) for row in (*inspection.header_cells, self._header)}
        self._first_names = {row.partition("\x1f")[0] for row in self._header_rows}
        self._header_left = inspection.header_rows if first_line_no <= inspection.header_line else 0
        self._joiner = Joiner(self._dialect, self._width, inspection.profile)
        self._splitter = LineSplitter(inspection.encoding, first_line_no)
        self._lines: deque[Line] = deque()
        self._diagnose = Diagnosis(self._dialect, self._width, inspection.profile)
        self._scan: Scan | None = None
        self._barrier = 0
        self.other_table_width = other_table_width

    def feed(self, data: bytes) -> Iterator[Record]:
        """Take in bytes and give the records that are complete; memory stays small."""
        lines = self._splitter.feed(data)
        self._lines.extend(lines)
        return self._drain(final=False) if lines else iter(())

    def feed_lines(self, data: bytes) -> Iterator[Record]:
        """As `feed`, of bytes that end where a physical line does."""
        self._lines.extend([*self._splitter.feed(data), *self._splitter.finish()])
        return self._drain(final=False)

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was fed has been judged, and tells nothing about what follows."""
        return not (self._lines or self._header_left or self.other_table_width)

    def skip_to(self, line_no: int) -> None:
        """At rest, leave out lines that are known to be sound records; the next is `line_no`."""
        self._splitter.number = line_no

    def finish(self) -> Iterator[Record]:
        """Give what is left; no more bytes follow."""
        self._lines.extend(self._splitter.finish())
        return self._drain(final=True)

    def _drain(self, final: bool) -> Iterator[Record]:
        while self._lines:
            if not self._lines[0].raw.strip():
                line = self._lines.popleft()
                yield Record(line.number, line.raw, "blank", None, None)
                continue
            record = self._next(final)
            if record is None:
                return
            self._scan = None
            yield record

    def _next(self, final: bool) -> Record | None:
        """Give the record at the head of the queue, or None where more lines must be seen."""
        line = self._lines[0]
        if line.number <= self._inspection.preamble_lines:
            return self._take(1, "preamble" if line.text.strip() else "blank", None)
        split = split_cells(line.text, self._dialect)
        count = self._lines_of_record(split, final) if split.quotes is Quotes.OPEN else 1
        if count is None:
            return None
        if count > 1:
            split = split_cells(self._text(count), self._dialect)
        if self._header_left:
            self._header_left -= 1
            return self._header_record(count, split)
        if is_blank(split.cells) and split.quotes is Quotes.SOUND:
            return self._take(count, "blank", None)
        kind = self._kind(split, final)
        if kind is None:
            return None
        return self._record(count, split) if kind == "record" else self._take(count, kind, split)

    def _lines_of_record(self, split: Split, final: bool) -> int | None:
        if self._lines[0].number < self._barrier:
            return 1
        joiner = self._joiner
        if self.other_table_width:
            joiner = replace(joiner, width=self.other_table_width, profile=())
        self._scan = self._scan or Scan(1, len(split.cells), len(self._lines[0].raw))
        count = joiner.lines_of_record(self._lines, self._scan, final)
        self._barrier = max(self._barrier, self._scan.barrier)
        return count

    def _text(self, count: int) -> str:
        if count == 1:
            return self._lines[0].text
        lines = [self._lines[i] for i in range(count)]
        joined = "".join(line.text + line.terminator for line in lines[:-1])
        return joined + lines[-1].text

    def _kind(self, split: Split, final: bool) -> str | None:
        """Name what the line is; None where the lines after it are needed to tell."""
        cells = split.cells
        if split.quotes is not Quotes.SOUND:
            return "other_table" if self.other_table_width else "record"
        if cells[0].strip(_EDGES) in self._first_names and _folded(cells) in self._header_rows:
            self.other_table_width = 0
            return "repeated_header"
        if self.other_table_width:
            return self._kind_below(cells)
        if is_total(cells, self._inspection.profile):
            return "total"
        begins = self._begins_other_table(cells, final)
        if begins:
            self.other_table_width = len(cells)
        return None if begins is None else ("other_table" if begins else "record")

    def _kind_below(self, cells: list[str]) -> str:
        """Inside a second table: only a line that is a record of the first one ends it."""
        matches, checked = fit(cells, self._inspection.profile)
        if len(cells) == self._width != self.other_table_width and checked and matches == checked:
            self.other_table_width = 0
            return "record"
        return "other_table"

    def _begins_other_table(self, cells: list[str], final: bool) -> bool | None:
        """Whether names stand here and the next lines are of their width, not of the table's."""
        same_width = len(cells) == self._width
        if len(cells) < 2 or not looks_like_header(cells):
            return False
        if same_width and not self._are_other_names(cells):
            return False
        ahead = [self._lines[i] for i in range(1, min(_LINES_AHEAD, len(self._lines)))]
        rows = [split_cells(line.text, self._dialect) for line in ahead if line.text.strip()]
        if len(rows) < _ROWS_AHEAD and not final and len(ahead) < _LINES_AHEAD - 1:
            return None
        rows = rows[:_ROWS_AHEAD]
        agree = [r for r in rows if r.quotes is Quotes.SOUND and len(r.cells) == len(cells)]
        if not rows or len(agree) < len(rows):
            return False
        return not same_width or not any(fits(r.cells, self._inspection.profile) for r in rows)

    def _are_other_names(self, cells: list[str]) -> bool:
        known = {cell.strip() for cell in self._header}
        new = sum(1 for cell in cells if cell.strip() not in known)
        return 2 * new > len(cells) and len(typed_columns(self._inspection.profile)) > 1

    def _header_record(self, count: int, split: Split) -> Record:
        if self._inspection.header_rows > 1:
            return self._take(count, "header", split)
        number = self._lines[0].number
        record = self._take(count, "header", split)
        sound = (
            split.quotes is Quotes.SOUND
            and len(self._header) == self._width
            and not self._repaired(split.cells)
        )
        if record.damage is None and not sound:
            record.damage = ragged(number, len(split.cells), self._width)
        record.cells = list(self._header)
        return record

    def _repaired(self, cells: list[str]) -> bool:
        """Whether the names were found by another reading than the plain one."""
        return _folded(cells).rstrip("\x1f") != _folded(self._header).rstrip("\x1f")

    def _record(self, count: int, split: Split) -> Record:
        """Make a record, naming its damage; a damaged one gets its best reading."""
        if split.quotes is Quotes.SOUND and len(split.cells) == self._width:
            return self._take(count, "record", split)
        text = self._text(count)
        record = self._take(count, "record", split)
        damage, record.cells = self._diagnose(record.line_no, text, split)
        record.damage = record.damage or damage
        return record

    def _take(self, count: int, kind: str, split: Split | None) -> Record:
        if count == 1 and self._lines[0].decodes:
            line = self._lines.popleft()
            return Record(line.number, line.raw, kind, split.cells if split else None, None)
        lines = [self._lines.popleft() for _ in range(count)]
        bad = next((line for line in lines if not line.decodes), None)
        damage = None
        if bad is not None and kind in ("record", "header"):
            damage = undecodable(lines[0].number, bad.raw, self._inspection.encoding)
        raw = lines[0].raw if count == 1 else b"".join(line.raw for line in lines)
        return Record(lines[0].number, raw, kind, split.cells if split else None, damage)


def _folded(cells: Sequence[str]) -> str:
    return "\x1f".join(cell.strip(_EDGES) for cell in cells)
