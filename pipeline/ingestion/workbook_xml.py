"""XML parts of a workbook, read as a stream by expat with every declaration of entities refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from pipeline.ingestion.workbook_limits import Limits
from pipeline.ingestion.workbook_refusals import refusal

Attributes = dict[str, str]
_BLOCK = 1 << 16


def local(name: str) -> str:
    """The name without its namespace prefix, which every writer chooses for itself."""
    return name.rpartition(":")[2]


class Handler:
    """Receives a part's elements; a reader of one kind of part overrides what it needs."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins; `name` has no prefix."""

    def end(self, name: str) -> None:
        """An element ends; `name` has no prefix."""

    def text(self, data: str) -> None:
        """Characters between tags, possibly one piece of several."""


def parse(stream: IO[bytes], handler: Handler, limits: Limits) -> Iterator[None]:
    """Feed `stream` to `handler`, pausing after each block so that the caller can drain it.

    Raises RefusedFile for a document type (entity bombs, outside entities) and for nesting deeper
    than `limits.depth`; ExpatError for XML that is not well-formed.
    """
    parser = _safe_parser(handler, limits)
    while block := stream.read(_BLOCK):
        parser.Parse(block, False)
        yield
    parser.Parse(b"", True)
    yield


def parse_all(stream: IO[bytes], handler: Handler, limits: Limits) -> None:
    """Feed the whole `stream` to `handler`; raises as `parse`."""
    for _ in parse(stream, handler, limits):
        pass


def _safe_parser(handler: Handler, limits: Limits) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    depth = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.depth:
            raise refusal("WORKBOOK_DAMAGED", detail="nested too deeply")
        handler.start(local(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler.end(local(name))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise refusal("WORKBOOK_UNSAFE_XML")


class Collector(Handler):
    """Hands every element's start to one function: enough for the small parts of a workbook."""

    def __init__(self, on_start: Callable[[str, Attributes], None]) -> None:
        self._on_start = on_start

    def start(self, name: str, attributes: Attributes) -> None:
        self._on_start(name, attributes)
