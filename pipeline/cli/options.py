"""Options that several verbs share: what a user says of how a file is to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.ingestion.inspection import Overrides

Encoding = Annotated[
    str | None, typer.Option(help="Encoding of the text, such as utf-8 or windows-1256.")
]
Delimiter = Annotated[
    str | None, typer.Option(help="What stands between cells, such as `;`; `tab` for a tab.")
]
Quote = Annotated[
    str | None, typer.Option(help="The character around cells; `none` where there is none.")
]
HeaderLine = Annotated[
    int | None, typer.Option(min=0, help="Line of the header, from 1; 0 where there is none.")
]
Sheet = Annotated[str | None, typer.Option(help="Name of the sheet of a workbook.")]

_TABS = ("tab", "\\t")


def overrides_of(
    encoding: str | None,
    delimiter: str | None,
    quote: str | None,
    header_line: int | None,
    sheet: str | None,
) -> Overrides:
    """The words of a command as overrides; what was not given is left to detection."""
    from pipeline.ingestion.inspection import Overrides

    tab = delimiter is not None and delimiter.lower() in _TABS
    unquoted = quote is not None and quote.lower() == "none"
    return Overrides(
        encoding=encoding,
        delimiter="\t" if tab else delimiter,
        quote="" if unquoted else quote,
        header_line=header_line,
        sheet=sheet,
    )
