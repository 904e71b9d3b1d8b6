"""Records come out the same however the bytes arrive, and not a byte or line is lost."""

import io
import random
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import RefusedFile
from pipeline.ingestion import Inspection, Record, RecordReader, inspect_source, read_records
from pipeline.ingestion.lines import MAX_LINE_BYTES
from tests.ingestion.files import Style, line, rows, write

TABLE = rows(40)


def polluted() -> bytes:
    """A file with something of everything: damage, long cells, other tables, mixed line ends."""
    lines = ["گزارش فروش", *map(line, TABLE)]
    lines[6] = lines[6].replace(",", ";", 3)
    lines[9] = lines[9].replace(",", ',"', 1)
    lines[12] = line([*TABLE[12][:8], 'یک\r\nدو, "سه"\n\rچهار', "انبار"])
    lines[15] += "\r\n\r\n" + lines[1]
    lines[18] = "جمع,,,,,500,,1200,,"
    lines += ["نام,شهر,مبلغ", *(f"n{i},c{i},{i}" for i in range(5)), lines[1], lines[2], '"open']
    ends = ("\r\n", "\n", "\r")
    return "".join(text + ends[i % 3] for i, text in enumerate(lines)).encode()


FILES = {
    "utf-8": polluted(),
    "utf-16-le": polluted().decode().encode("utf-16-le"),
    "utf-16-be": polluted().decode().encode("utf-16-be"),
    "broken": polluted().replace("فروش".encode(), b"\xff\x00\xfe", 1),
    "cp1256": polluted().decode().replace("ی", "ي").encode("cp1256", "replace"),
}
INSPECTED = {name: inspect_source(io.BytesIO(data)) for name, data in FILES.items()}


def feed(inspection: Inspection, data: bytes, cuts: list[int]) -> Iterator[Record]:
    reader = RecordReader(inspection)
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        yield from reader.feed(data[start:end])
    yield from reader.finish()


WHOLE = {name: list(feed(INSPECTED[name], data, [])) for name, data in FILES.items()}


@pytest.mark.parametrize("name", FILES)
def test_every_byte_comes_back_and_line_numbers_are_true(name: str) -> None:
    encoding, found = INSPECTED[name].encoding, WHOLE[name]
    assert b"".join(record.raw for record in found) == FILES[name]
    number = 1
    for record in found:
        assert record.line_no == number
        text = record.raw.decode(encoding, "replace")
        number += len([1 for part in text.encode("utf-8", "replace").splitlines()])


def test_all_kinds_are_seen() -> None:
    kinds = {record.kind for record in WHOLE["utf-8"]}
    assert kinds == {
        *("record", "header", "preamble", "blank"),
        *("repeated_header", "total", "other_table"),
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(sorted(FILES)), data=st.data())
def test_any_chunks_give_the_same_records(name: str, data: st.DataObject) -> None:
    size = len(FILES[name])
    cuts = sorted(data.draw(st.lists(st.integers(0, size), max_size=60)))
    assert list(feed(INSPECTED[name], FILES[name], cuts)) == WHOLE[name]


@pytest.mark.parametrize("name", FILES)
def test_byte_by_byte(name: str) -> None:
    cuts = list(range(1, len(FILES[name])))
    assert list(feed(INSPECTED[name], FILES[name], cuts)) == WHOLE[name]


@pytest.mark.parametrize("name", FILES)
def test_reading_may_start_at_any_record(name: str) -> None:
    inspection, whole = INSPECTED[name], WHOLE[name]
    before = RecordReader(inspection)
    for i, record in enumerate(whole):
        reader = RecordReader(inspection, record.line_no, None, before.other_table_width)
        rest = b"".join(r.raw for r in whole[i:])
        assert [*reader.feed(rest), *reader.finish()] == whole[i:]
        before = RecordReader(inspection, record.line_no, None, before.other_table_width)
        list(before.feed(record.raw))
        list(before.finish())
        if i + 1 < len(whole) and whole[i + 1].kind == "other_table":
            # The next block of a real caller begins where its reader before has stopped.
            before.other_table_width = 3


def mutations(count: int) -> Iterator[bytes]:
    """Good files with a few bytes changed, removed, doubled or put in; the same ones every time."""
    chance = random.Random(1403)
    good = [
        write(rows(12), Style(quote_all=True)),
        write(rows(12), Style(";", "'")),
        write(rows(12), Style("\t"), "utf-16-le"),
        write([[c.replace("ی", "ي") for c in r] for r in rows(12)], encoding="cp1256"),
    ]
    special = b"\",;\t|\r\n\x00\x81\xd8\xff\\' "
    for i in range(count):
        data = bytearray(good[i % len(good)])
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            byte = chance.choice(special) if chance.random() < 0.7 else chance.randrange(256)
            change = chance.randrange(4)
            if change == 0:
                data[at] = byte
            elif change == 1:
                del data[at]
            elif change == 2:
                data.insert(at, byte)
            else:
                data[at:at] = data[at : at + chance.randint(1, 200)]
        yield bytes(data)


def test_mutated_files_lose_nothing_and_never_fail() -> None:
    started = time.monotonic()
    for data in mutations(2_000):
        source = io.BytesIO(data)
        try:
            inspection = inspect_source(source)
        except RefusedFile as refusal:
            assert refusal.fa and refusal.en
            continue
        found = list(read_records(source, inspection))
        assert inspection.bom + b"".join(record.raw for record in found) == data
        for record in found:
            whole = record.cells is not None and len(record.cells) == inspection.width
            assert record.kind != "record" or whole or record.damage is not None
    assert time.monotonic() - started < 60


def garbage(size: int = 1 << 19) -> dict[str, bytes]:
    chance = random.Random(7)
    head = write(rows(200))
    wide = [f"c{i}" if i % 6 else 'الف, "ب", پ' for i in range(61)]
    wide_line = (line(wide) + "\n").encode()
    wide_damage = wide_line.replace(b",", b',"', 1)
    return {
        "wide stray quotes": wide_line * 300 + wide_damage * (size // len(wide_damage)),
        "noise": bytes(chance.choices(range(9, 256), k=size)),
        "open quotes": head + b'a,"b\n' * (size // 5),
        "quotes alone": head + b'"a\n' * (size // 3),
        "stray quotes": head + b'a,"b"c,d",e"f"\n' * (size // 15),
        "free quotes": write(rows(100), Style(escape="", quote_all=True)) + b'"a\n' * (size // 3),
        "one long line": head + b'x","' * (size // 4),
        "commas": b"," * size,
        "blank lines": b"\n" * size,
        "quotes": b'"' * size,
        "two-byte noise": b"\xff\xfe" + bytes(chance.choices(b"\n\r\x00a\x06\x0a", k=size)),
        "other widths": head + "الف,ب,پ\n".encode() * (size // 9),
    }


GARBAGE = garbage()


@pytest.mark.parametrize("name", sorted(GARBAGE))
def test_garbage_takes_seconds_not_minutes(name: str) -> None:
    data = GARBAGE[name]
    source = io.BytesIO(data)
    started = time.process_time()
    try:
        total = sum(len(record.raw) for record in read_records(source))
        assert total == len(data)
    except RefusedFile as refusal:
        assert refusal.code in ("FILE_IS_BINARY", "NO_TEXT_IN_FILE")
    # Four times the promise (10 s for 5 MB), for a busy machine; anything quadratic takes minutes.
    assert time.process_time() - started < 4


def test_time_grows_with_size_alone() -> None:
    def seconds(size: int) -> float:
        source = io.BytesIO(garbage(size)["open quotes"])
        started = time.process_time()
        assert sum(1 for _ in read_records(source)) > size // 6
        return time.process_time() - started

    assert seconds(1 << 19) < 12 * seconds(1 << 17)


def test_memory_stays_flat() -> None:
    header, body = write(TABLE[:1]), write(TABLE[1:])
    inspection = inspect_source(io.BytesIO(header + body))

    def peak(times: int) -> int:
        reader = RecordReader(inspection)
        tracemalloc.start()
        count = sum(1 for _ in reader.feed(header))
        for _ in range(times):
            count += sum(1 for _ in reader.feed(body))
        assert count == 1 + times * (len(TABLE) - 1)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(60) < 1.5 * peak(6)


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    inspection = inspect_source(io.BytesIO(write(TABLE)))
    reader = RecordReader(inspection)
    list(reader.feed(write(TABLE)))
    with pytest.raises(RefusedFile) as caught:
        for _ in range(MAX_LINE_BYTES // (1 << 20) + 2):
            list(reader.feed(b"x" * (1 << 20)))
    assert caught.value.code == "LINE_TOO_LONG"
    assert caught.value.where == "line 41"
