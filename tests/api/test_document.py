"""The API does what its OpenAPI document says, whatever is sent; and all of it has words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from starlette.testclient import TestClient

from pipeline.feeds.feed import feeds
from pipeline.feeds.glossary import read_glossary
from pipeline.settings import ROOT
from tests.api.conftest import Caller

Calling = Callable[..., Caller]
EXAMPLES = 8


def document(client: TestClient, language: str = "en") -> dict[str, Any]:
    found: dict[str, Any] = client.get(
        "/openapi.json", headers={"accept-language": language}
    ).json()
    return found


def test_the_api_does_what_it_says(client: TestClient, calling: Calling) -> None:
    """Every operation with what fits its description, what breaks it, and links followed."""
    tried: dict[str, set[int]] = {}
    failures = []
    for event in from_schema(described(client, calling("admin"))).execute():
        assert not isinstance(event, NonFatalError | FatalError), event
        if isinstance(event, ScenarioFinished):
            note(event.recorder, tried)
            failures += failed(event.recorder)
    assert failures == []
    tried.pop("", None)
    assert len(tried) == len(feeds()) + 6
    assert all(200 in statuses for statuses in tried.values())
    assert all(422 in tried[f"GET /v1/kpi/{n}"] for n, feed in feeds().items() if feed.is_kpi)


def described(client: TestClient, caller: Caller) -> Any:
    """The API by its document, and a token that may read everything; the same cases every time."""
    generation = {"max-examples": EXAMPLES, "deterministic": True, "database": "none"}
    config = SchemathesisConfig.from_dict({
        "headers": {"Authorization": f"Bearer {caller.issued.secret}"},
        "generation": generation,
        "seed": 1,
    })  # fmt: skip
    return schemathesis.openapi.from_asgi("/openapi.json", client.app, config=config)


def note(recorder: Any, tried: dict[str, set[int]]) -> None:
    """Which operations answered with what."""
    for number, case in recorder.cases.items():
        done = recorder.interactions.get(number)
        if done is not None and done.response is not None:
            tried.setdefault(case.value.operation.label, set()).add(done.response.status_code)


def failed(recorder: Any) -> list[str]:
    """Checks that failed, with what was asked."""
    return [
        f"{case.operation.label} {check.name}: {case.query} {check.failure_info.failure}"
        for number, checks in recorder.checks.items()
        for case in [recorder.cases[number].value]
        for check in checks
        if check.failure_info is not None
    ]


# --- Words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fa", "en"])
def test_everything_has_words_and_none_is_the_name_of_a_text(
    client: TestClient, language: str
) -> None:
    found = document(client, language)
    for path, methods in found["paths"].items():
        for operation in methods.values():
            said = [
                operation["summary"],
                *(a["description"] for a in operation["responses"].values()),
            ]
            said += [parameter["description"] for parameter in operation.get("parameters", [])]
            for words in said:
                assert words and not re.fullmatch(r"[a-z_]+( [a-z_]+)?", words), (path, words)
    text = found["components"]["schemas"]["kpi_net_sales_daily_row"]["properties"]
    assert ("فروش" in text["net_amount"]["description"]) == (language == "fa")


def test_every_column_is_in_the_glossary_with_an_example(client: TestClient) -> None:
    schemas = document(client)["components"]["schemas"]
    used = {c for name in feeds() for c in schemas[f"{name}_row"]["properties"]}
    assert used == set(read_glossary(ROOT / "config"))
    for name in feeds():
        for column in schemas[f"{name}_row"]["properties"].values():
            assert column["description"] and column["examples"]


def test_money_quantities_and_rates_are_strings_and_counts_are_numbers(client: TestClient) -> None:
    schemas = document(client)["components"]["schemas"]
    for name in feeds():
        for column, schema in schemas[f"{name}_row"]["properties"].items():
            kinds = {schema["type"]} if isinstance(schema["type"], str) else set(schema["type"])
            if column.endswith(("_amount", "_rate", "_quantity")):
                assert "string" in kinds, column
            if column.endswith(("_count", "_lines", "_days", "_rank", "load_id", "run_id")):
                assert "integer" in kinds, column
