"""The answers of the API as its OpenAPI document describes them; words and columns come later."""

from __future__ import annotations

from typing import Any

from endpoints.problems import MEDIA_TYPE
from pipeline.feeds.feed import Feed, Kind

Answers = dict[int | str, dict[str, Any]]

_ETAG = {"ETag": {"schema": {"type": "string"}, "description": "header_etag"}}
_LINK = {"Link": {"schema": {"type": "string"}, "description": "header_link"}}
_RETRY = {"Retry-After": {"schema": {"type": "integer"}, "description": "header_retry_after"}}
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/problem"}}}

# Decimals are strings in JSON; see endpoints/answers.py.
SCHEMAS: dict[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    "date": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "truth": {"type": "boolean"},
}


def refusals(*statuses: int) -> Answers:
    """The refusals with these statuses."""
    return {
        status: {
            "description": f"status_{status}",
            "content": _PROBLEM,
            **({"headers": _RETRY} if status in (429, 503) else {}),
        }
        for status in statuses
    }


def of_page(feed: Feed) -> Answers:
    """The answers of a feed."""
    content = {
        "application/json": {"schema": {"$ref": f"#/components/schemas/{feed.name}_page"}},
        "text/csv": {"schema": {"type": "string"}},
    }
    page = {"description": "answer_page", "content": content, "headers": {**_ETAG, **_LINK}}
    return {200: page, 304: _unchanged(), **refusals(401, 403, 404, 422, 429, 503)}


def of_row(feed: Feed) -> Answers:
    """The answers of one row of a feed."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{feed.name}_row"}}}
    row = {"description": "answer_row", "content": content, "headers": _ETAG}
    return {200: row, 304: _unchanged(), **refusals(401, 403, 404, 422, 429, 503)}


def of_object(schema: str, *statuses: int) -> Answers:
    """The answers where a plain object is sent, or a refusal with one of the statuses."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {200: {"description": f"answer_{schema}", "content": content}, **refusals(*statuses)}


def _unchanged() -> dict[str, Any]:
    return {"description": "status_304", "headers": _ETAG}
