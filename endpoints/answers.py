"""A page of a feed as JSON or CSV, and whether its reader has it already.

Decimals (money, quantities, rates) are strings in JSON, digit by digit as the database gives them:
most readers of JSON would round a number. Counts and ids are numbers.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from endpoints.language import weighed
from pipeline.access.tokens import Bearer
from pipeline.feeds.feed import Kind
from pipeline.feeds.read import Page
from pipeline.sheets import csv_cell

MEDIA_TYPES = {"json": "application/json", "csv": "text/csv"}
_HEADERS = {"cache-control": "private, no-cache", "vary": "Authorization, Accept"}


def wanted_format(request: Request, asked: str | None) -> str:
    """`json` or `csv`: what the parameter asks for, else what Accept ranks first."""
    kinds = {media_type: name for name, media_type in MEDIA_TYPES.items()}
    ranked = weighed(request.headers.get("accept", ""))
    return asked or next((kinds[value] for value in ranked if value in kinds), "json")


def etag(request: Request, caller: Bearer, mark: str, form: str) -> str:
    """The tag of an answer: the same only for the same question of the same person, with the same
    rights, over the same state of the data."""
    person = caller.person
    facts = (
        mark, form, request.url.path, request.url.query, person.user_id, person.role,
        person.sees_personal, person.scope.branches, person.scope.salespeople,
    )  # fmt: skip
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def has_it(request: Request, tag: str) -> bool:
    """Whether If-None-Match names the tag."""
    known = request.headers.get("if-none-match", "")
    tags = [part.strip().removeprefix("W/") for part in known.split(",")]
    return tag in tags


def unchanged(tag: str) -> Response:
    """304: what the reader has still holds."""
    return Response(status_code=304, headers={**_HEADERS, "etag": tag})


def answer_page(request: Request, page: Page, form: str, tag: str) -> Response:
    """The page; where more rows follow, their address is in Link, and in JSON in `next` too."""
    following = _following(request, page.next_place)
    headers = {**_HEADERS, "etag": tag}
    if following is not None:
        headers["link"] = f'<{following}>; rel="next"'
    if form == "csv":
        return Response(_csv(page), headers=headers, media_type="text/csv")
    body = json.dumps({"rows": plain_rows(page), "next": following}, ensure_ascii=False)
    return Response(body, headers=headers, media_type="application/json")


def answer_row(page: Page, tag: str) -> Response:
    """The one row of a page, as a JSON object."""
    body = json.dumps(plain_rows(page)[0], ensure_ascii=False)
    headers = {**_HEADERS, "etag": tag}
    return Response(body, headers=headers, media_type="application/json")


def plain_rows(page: Page) -> list[dict[str, Any]]:
    """Rows as JSON values."""
    how = [(column.name, _TO_JSON[column.kind]) for column in page.columns]
    return [
        {name: None if row[name] is None else plain(row[name]) for name, plain in how}
        for row in page.rows
    ]


def exact(value: Decimal) -> str:
    """Every digit of a decimal, without an exponent."""
    return format(value, "f")


def moment(value: datetime) -> str:
    """A moment in UTC, as RFC 3339 has it."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_TO_JSON: Mapping[Kind, Callable[[Any], Any]] = {
    "text": str, "integer": int, "decimal": exact, "truth": bool,
    "date": date.isoformat, "moment": moment,
}  # fmt: skip


def _csv(page: Page) -> str:
    """Heads and rows; what a spreadsheet would calculate has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.name for column in page.columns])
    how = [(c.name, c.kind in ("text", "truth"), _TO_JSON[c.kind]) for c in page.columns]
    for row in page.rows:
        writer.writerow([
            "" if row[name] is None else csv_cell(plain(row[name])) if is_text else plain(row[name])
            for name, is_text, plain in how
        ])  # fmt: skip
    return out.getvalue()


def _following(request: Request, place: str | None) -> str | None:
    """The request's own address with another `after`."""
    if place is None:
        return None
    return f"{request.url.path}?{request.url.include_query_params(after=place).query}"
