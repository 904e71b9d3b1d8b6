"""The walk through a file's text finds whatever RAW lacks, adds or changes, at its very line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.verification.file_text import RawLine, TextWalk, as_utf8
from pipeline.verification.gaps import Gap


def walk(text: bytes, lines: Sequence[RawLine], size: int = 7) -> Gap | None:
    """The gap between a text, handed over in small pieces, and RAW lines."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    steps = TextWalk(4, pieces)
    for raw in lines:
        steps.take(raw)
    steps.finish()
    return steps.gap


def raw_lines(*lines: tuple[int, str] | tuple[int, str, bytes]) -> list[RawLine]:
    return [RawLine(line[0], line[1], line[2] if len(line) == 3 else None) for line in lines]


@given(
    st.lists(st.tuples(st.text("ab،ی ", max_size=9), st.sampled_from(["\n", "\r\n", "\r"]))),
    st.integers(1, 9),
)
def test_lines_and_their_ends_make_up_the_text(lines: list[tuple[str, str]], size: int) -> None:
    # A CR whose next line is empty and ends in LF is one line end, not two.
    text = "".join(line + end for line, end in lines)
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]
    raw = raw_lines(*enumerate(expected, start=1))
    assert walk(text.encode(), raw, size) is None
    for at in range(len(raw)):
        gap = walk(text.encode(), raw[:at] + raw[at + 1 :], size)
        assert gap is not None
        assert (gap.code, gap.load_id, gap.line_no) == ("I2", 4, at + 1)


@pytest.mark.parametrize(
    ("lines", "line_no", "words"),
    [
        (raw_lines((1, "a"), (2, "b\nb"), (4, "c")), None, ""),
        (raw_lines((1, "a"), (2, "b"), (3, "b"), (4, "c")), None, ""),
        (raw_lines((1, "a"), (2, "b\rb"), (4, "c")), 2, r"RAW: “b\rb”"),
        (raw_lines((1, "a"), (2, "b\nb"), (3, "c")), 3, "RAW has this line again"),
        (raw_lines((1, "a"), (2, "b\nb"), (4, "cc")), 4, "from byte 2 on"),
        (raw_lines((1, "a"), (2, "b\nb"), (4, "")), 4, "from byte 1 on"),
        (raw_lines((1, "a"), (2, "b\nb"), (4, "c"), (5, "")), 5, "the file ends before it"),
        (raw_lines((1, "a"), (2, "b\nb")), 4, "not in RAW; the next RAW line is -"),
        (raw_lines((1, "a"), (4, "c")), 2, "not in RAW; the next RAW line is 4"),
        ([], 1, "not in RAW"),
    ],
)
def test_each_difference_is_named(lines: list[RawLine], line_no: int | None, words: str) -> None:
    gap = walk(b"a\r\nb\nb\nc", lines)
    assert (gap and gap.line_no) == line_no
    assert words in (gap.en if gap else "")
    assert (gap is None) or gap.fa


def test_bytes_that_are_no_text_are_compared_as_bytes() -> None:
    text = b"a\nb\xff\x00c\r\nd"
    assert walk(text, raw_lines((1, "a"), (2, "bÿ\ufffdc", b"b\xff\x00c\r\n"), (3, "d"))) is None
    gap = walk(text, raw_lines((1, "a"), (2, "bÿ\ufffdc", b"b\xfe\x00c\r\n"), (3, "d")))
    assert gap is not None and gap.line_no == 2
    gap = walk(text, raw_lines((1, "a"), (2, "bÿ\ufffd9", b"b\xff\x00c\r\n"), (3, "d")))
    assert gap is not None and "no reading of the bytes" in gap.en


@pytest.mark.parametrize(
    ("encoding", "bom"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("cp1256", b"")]
)
def test_the_text_comes_without_mark_as_utf8(encoding: str, bom: bytes) -> None:
    data = bom + "کالا\na".encode(encoding)
    for size in (1, 2, 3, 50):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert b"".join(as_utf8(pieces, encoding, bom)).decode() == "کالا\na"
