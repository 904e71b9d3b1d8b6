"""GET /openapi.json: what the API is, in words, with the columns that the database has."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse, Response

from endpoints.described import SCHEMAS
from endpoints.language import language_of
from endpoints.service import Service, service_of
from pipeline.access.acting import acting_as_engine_itself
from pipeline.db import reading
from pipeline.feeds.feed import Feed, feeds
from pipeline.feeds.glossary import Glossary, read_glossary
from pipeline.feeds.read import Column, read_columns
from pipeline.texts import Texts, read_texts

VERSION = "1"
router = APIRouter()


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The document in the reader's language."""
    headers = {"vary": "Accept-Language"}
    service = service_of(request)
    return JSONResponse(document(request.app, service, language_of(request)), headers=headers)


def document(app: FastAPI, service: Service, language: str) -> dict[str, Any]:
    """The OpenAPI document; DatabaseAway when the columns cannot be asked for."""
    config = service.settings.config_dir
    t, glossary = read_texts(config, language, "api"), read_glossary(config)
    with acting_as_engine_itself(), reading(service.url) as connection:
        columns = {name: read_columns(connection, feed) for name, feed in feeds().items()}
    found: dict[str, Any] = get_openapi(
        title=t("title"),
        version=VERSION,
        description=t("about", per_minute=service.settings.api_requests_per_minute),
        routes=app.routes,
        tags=[{"name": tag, "description": t(f"tag_{tag}")} for tag in ("kpi", "data", "state")],
    )
    schemas = found["components"]["schemas"] = dict(_plain_schemas(t))
    for name, feed in feeds().items():
        schemas[f"{name}_row"] = _row_schema(feed, columns[name], glossary, language)
        schemas[f"{name}_page"] = _page_schema(name, t)
    for operations in found["paths"].values():
        for operation in operations.values():
            _describe(operation, t, glossary)
    return found


def _row_schema(
    feed: Feed, columns: tuple[Column, ...], glossary: Glossary, language: str
) -> dict[str, Any]:
    properties = {}
    for column in columns:
        schema = dict(SCHEMAS[column.kind])
        if column.name not in feed.key or column.name in feed.nullable:
            schema["type"] = [schema["type"], "null"]
        if (entry := glossary.get(column.name)) is not None:
            schema |= {"description": entry.words(language), "examples": [entry.example]}
        properties[column.name] = schema
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _page_schema(name: str, t: Texts) -> dict[str, Any]:
    rows = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}_row"}}
    following = {"type": ["string", "null"], "description": t("next")}
    return {
        "type": "object",
        "properties": {"rows": rows, "next": following},
        "required": ["rows", "next"],
        "additionalProperties": False,
    }


def _plain_schemas(t: Texts) -> dict[str, dict[str, Any]]:
    """Of objects that are no rows: text fields, unless they say otherwise."""
    moment, texts = SCHEMAS["moment"], {"type": "array", "items": {"type": "string"}}
    return {
        "problem": _object(
            t, "problem", ("type", "title", "detail", "code", "reference"),
            status={"type": "integer"}, optional=("faults",), faults={"type": "array", "items": {
                "type": "object", "additionalProperties": {"type": "string"}}},
        ),
        "state": _object(t, "state", ("status",)),
        "me": _object(
            t, "me", ("name", "role", "token"), scopes=texts, expires_at=moment,
            sees_personal={"type": "boolean"},
            limited_to={"type": "object", "additionalProperties": texts},
        ),
        "views": _object(t, "views", (), rows={"type": "array", "items": {"type": "object"}}),
    }  # fmt: skip


def _object(
    t: Texts, name: str, texts: tuple[str, ...], *, optional: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    fields = {**{field: {"type": "string"} for field in texts}, **more}
    return {
        "type": "object",
        "description": t(f"object_{name}"),
        "properties": fields,
        "required": [field for field in fields if field not in optional],
    }


def _describe(operation: dict[str, Any], t: Texts, glossary: Glossary) -> None:
    """Put words where the code left the names of texts."""
    feed = feeds().get(operation.get("summary", ""))
    if feed is not None:
        parts = (feed.question, feed.grain, feed.formula, feed.edge_cases)
        names = ("question", "grain", "formula", "edge_cases")
        said = [f"**{t(n)}** {text}" for n, text in zip(names, parts, strict=True) if text]
        operation["description"] = "\n\n".join([*said, t("needs", scope=feed.action.value)])
        is_one = operation["operationId"].startswith("read_one_of_")
        operation["summary"] = t("one_row") if is_one else feed.question
    else:
        operation["summary"] = t(f"operation_{operation['operationId']}")
        operation.pop("description", None)
    for parameter in operation.get("parameters", []):
        _describe_parameter(parameter, t, glossary)
    for answer in operation["responses"].values():
        answer["description"] = t(answer["description"])
        for header in answer.get("headers", {}).values():
            header["description"] = t(header["description"])


def _describe_parameter(parameter: dict[str, Any], t: Texts, glossary: Glossary) -> None:
    schema = parameter["schema"]
    if "anyOf" in schema:  # what is left out is not null
        (schema["anyOf"],) = ([part for part in schema["anyOf"] if part.get("type") != "null"],)
        if len(schema["anyOf"]) == 1:
            schema |= schema.pop("anyOf")[0]
    schema.pop("title", None)
    schema.pop("description", None)
    is_path = parameter["in"] == "path"
    said = f"one {parameter['name']}" if is_path else parameter["description"]
    how, _, column = said.partition(" ")
    if column:
        entry = glossary.get(column)
        words = entry.words(t.language) if entry is not None else column
        parameter["description"] = t(f"param_{how}", column=words)
        if entry is not None:
            parameter["example"] = [entry.example] if how == "any" else entry.example
    else:
        parameter["description"] = t(how)
