"""GET /v1/…: every feed page by page, and one load or issue by its number."""

# Without `from __future__ import annotations`: the parameters' models are made feed by feed, and
# FastAPI looks names of annotations up in the module.

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from endpoints.answers import answer_page, answer_row, etag, has_it, unchanged, wanted_format
from endpoints.callers import caller_for, note_reading
from endpoints.described import of_page, of_row
from endpoints.problems import Problem
from endpoints.questions import Number, Question, question_of, wanted_of
from endpoints.service import STATEMENT_SECONDS, service_of
from pipeline.access.acting import acting_as
from pipeline.access.allowed import Action, may
from pipeline.access.tokens import Bearer
from pipeline.db import reading
from pipeline.feeds.feed import Feed, feeds
from pipeline.feeds.read import limit_time, read_mark, read_page

router = APIRouter()


def _reader(feed: Feed) -> Callable[..., Response]:
    """The endpoint of a feed: a page of its rows."""
    model = question_of(feed)

    def read(
        request: Request,
        caller: Annotated[Bearer, Depends(caller_for(feed.action))],
        question: Annotated[Question, Query()],
    ) -> Response:
        form = wanted_format(request, question.format)

        def answer(page: Any, tag: str) -> Response:
            return answer_page(request, page, form, tag)

        return _read(request, caller, feed, question, form, answer)

    read.__annotations__["question"] = Annotated[model, Query()]
    return read


def _one_reader(feed: Feed) -> Callable[..., Response]:
    """The endpoint of one row by its number; a foreign one is answered like a missing one."""
    (column,) = feed.key

    def read_one(
        request: Request,
        caller: Annotated[Bearer, Depends(caller_for(feed.action))],
        number: Annotated[Number, Path(alias=column)],
    ) -> Response:
        def answer(page: Any, tag: str) -> Response:
            if not page.rows:
                raise Problem(404, "NOT_FOUND")
            return answer_row(page, tag)

        question = question_of(feed)(**{column: [str(number)]})
        return _read(request, caller, feed, question, "json", answer)

    return read_one


def _read(
    request: Request,
    caller: Bearer,
    feed: Feed,
    question: Question,
    form: str,
    answer: Callable[[Any, str], Response],
) -> Response:
    """Mark and rows, as the caller; the rows only for a reader who has not got them yet."""
    url = service_of(request).url
    with acting_as(caller.person):
        tag = etag(request, caller, read_mark(url, feed), form)
        if has_it(request, tag):
            return unchanged(tag)
        with reading(url) as connection:
            limit_time(connection, STATEMENT_SECONDS)
            page = read_page(
                connection,
                feed,
                wanted_of(feed, question),
                after=question.after,
                limit=question.limit,
                sees_personal=may(caller.person, Action.SEE_PERSONAL),
            )
    if page.rows:
        note_reading(request, caller, feed)
    return answer(page, tag)


for _feed in feeds().values():
    _path = f"/v1/kpi/{_feed.name}" if _feed.is_kpi else f"/v1/{_feed.name}"
    router.add_api_route(
        _path, _reader(_feed), methods=["GET"], operation_id=f"read_{_feed.name}",
        tags=["kpi" if _feed.is_kpi else "data"], responses=of_page(_feed),
        summary=_feed.name,
    )  # fmt: skip
    if len(_feed.key) == 1:
        router.add_api_route(
            f"{_path}/{{{_feed.key[0]}}}", _one_reader(_feed), methods=["GET"],
            operation_id=f"read_one_of_{_feed.name}", tags=["data"], responses=of_row(_feed),
            summary=_feed.name,
        )  # fmt: skip
