"""The parameters of a feed as a model made from its filters: what does not fit is refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from pipeline.feeds.feed import CHOICES, Feed, Filter

LARGEST_ID = 2**63 - 1
USUAL_ROWS, MOST_ROWS = 100, 5_000
MOST_VALUES = 100


def _digits(value: Any) -> Any:
    """Digits alone: neither `1.0` nor `1_000` is a number here."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{1,19}", value):
        raise ValueError("digits")
    return value


def _day(value: Any) -> Any:
    """A day as 2024-07-22; a number of seconds is none."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("day")
    return value


Number = Annotated[int, Field(ge=1, le=LARGEST_ID), BeforeValidator(_digits)]
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(_digits)]
Day = Annotated[date, BeforeValidator(_day)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
# No control characters: the database holds no NUL, and no code or name has another.
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Place = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[A-Za-z0-9_-]+$")]


class Question(BaseModel):
    """What is asked of any feed."""

    model_config = ConfigDict(extra="forbid")

    after: Place | None = Field(None, description="param_after")
    limit: Rows = Field(USUAL_ROWS, description="param_limit")
    format: Literal["json", "csv"] | None = Field(None, description="param_format")


def question_of(feed: Feed) -> type[Question]:
    """The model of a feed's parameters; each description is the name of a text of the API."""
    fields: dict[str, Any] = {f.name: _field(f) for f in feed.filters}
    return create_model(f"{feed.name}_question", __base__=Question, **fields)


def wanted_of(feed: Feed, question: Question) -> dict[str, Any]:
    """The filters that a question sets."""
    return {f.name: getattr(question, f.name) for f in feed.filters}


def _field(asked: Filter) -> Any:
    if asked.how == "any":
        return list[_type(asked)] | None, Field(  # type: ignore[misc]
            None, max_length=MOST_VALUES, description=f"any {asked.column}"
        )
    return _type(asked) | None, Field(None, description=f"{asked.how} {asked.column}")


def _type(asked: Filter) -> Any:
    if asked.column in CHOICES:
        return Literal[CHOICES[asked.column]]
    if asked.name in ("from_month", "to_month"):
        return Month
    return {"date": Day, "integer": Number}.get(asked.kind, Text)
