"""What went wrong, as problem+json (RFC 9457): in the reader's language, with a reference, and with
nothing of the inside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from endpoints.language import language_of, texts_of
from endpoints.service import service_of
from pipeline.errors import DatabaseAway, PipelineError, SchemaMissing
from pipeline.faults import known_fault, unexpected

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
_TOO_SLOW = "57014"  # SQLSTATE query_canceled
_CODES = {401: "NOT_SIGNED_IN", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
_NOT_HERE = ("DATABASE_AWAY", "SCHEMA_MISSING", "NO_SPACE")


class Problem(Exception):
    """A refusal of the API: status, stable code, and values for its text `problem_<code>`."""

    def __init__(
        self, status: int, code: str, headers: Mapping[str, str] | None = None, **values: object
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.headers = status, code, dict(headers or {})
        self.values = values


def answer(connection: HTTPConnection, error: Exception) -> Response:
    """What is said of an error; one of ours gets its traceback into the log and a reference."""
    if isinstance(error, Problem):
        detail = texts_of(connection)(f"problem_{error.code.lower()}", **error.values)
        return _response(connection, error.status, error.code, detail, error.headers)
    if isinstance(error, RequestValidationError):
        return _wrong_parameters(connection, error)
    if isinstance(error, HTTPException):
        code = _CODES.get(error.status_code, "REFUSED")
        detail = texts_of(connection)(f"problem_{code.lower()}")
        return _response(connection, error.status_code, code, detail, error.headers or {})
    if getattr(error, "sqlstate", None) == _TOO_SLOW:
        return answer(connection, Problem(503, "TOO_SLOW"))
    return _of_pipeline(connection, error)


async def handle(request: Request, error: Exception) -> Response:
    """`answer` for FastAPI."""
    return answer(request, error)


def _of_pipeline(connection: HTTPConnection, error: Exception) -> Response:
    known = known_fault(error)
    if known is None:
        settings = service_of(connection).settings
        fault = unexpected(error, f"api {connection.url.path}", settings.var_dir)
        reference = str(fault.values["reference"])
        detail = texts_of(connection)("problem_unexpected")
        return _response(connection, 500, fault.code, detail, {}, reference=reference)
    if isinstance(known, DatabaseAway | SchemaMissing) or known.code in _NOT_HERE:
        # Its own text may name the server's address.
        detail = texts_of(connection)("problem_away")
        headers = {"retry-after": str(RETRY_SECONDS)}
        return _response(connection, 503, known.code, detail, headers)
    return _response(connection, _status(known), known.code, known.text(language_of(connection)))


def _status(error: PipelineError) -> int:
    if error.code == "NOT_ALLOWED":
        return 403
    # A place that nobody was given leads nowhere.
    return 404 if error.code.startswith(("UNKNOWN_", "WRONG_PAGE")) else 422


def _wrong_parameters(connection: HTTPConnection, error: RequestValidationError) -> Response:
    """Which parameters are wrong, and why; what they held is not repeated."""
    faults = [
        {"parameter": ".".join(str(part) for part in fault["loc"][1:]), "fault": fault["type"]}
        for fault in error.errors()
    ]
    names = ", ".join(dict.fromkeys(fault["parameter"].split(".")[0] for fault in faults))
    detail = texts_of(connection)("problem_wrong_parameters", names=names[:300])
    return _response(connection, 422, "WRONG_PARAMETERS", detail, faults=faults)


def _response(
    connection: HTTPConnection,
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    *,
    reference: str | None = None,
    faults: Sequence[Mapping[str, Any]] | None = None,
) -> Response:
    t = texts_of(connection)
    facts: dict[str, Any] = {
        "type": f"urn:sales-engine:problem:{code.lower().replace('_', '-')}",
        "title": t.words.get(f"status_{status}", t("status_400")),
        "status": status,
        "detail": detail,
        "code": code,
        "reference": reference or connection.scope["state"]["reference"],
    }
    if faults is not None:
        facts["faults"] = list(faults)
    said = {"content-language": t.language, "cache-control": "no-store", **(headers or {})}
    return Response(json.dumps(facts, ensure_ascii=False), status, said, MEDIA_TYPE)
