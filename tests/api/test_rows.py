"""Feeds over HTTP: pages to the end are what SQL gives, exactly; filters, CSV, tags, refusals."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from starlette.testclient import TestClient

from api import build
from endpoints import service
from pipeline.feeds.feed import feeds
from pipeline.publications import publish, void
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.triage import Change, triage
from pipeline.settings import ROOT
from tests.api.conftest import Caller, add_person, settings_of, token_of
from tests.karamad import KPI_VIEWS, Desk

Calling = Callable[..., Caller]
ALL = sorted(feeds())


def address(name: str) -> str:
    return f"/v1/kpi/{name}" if feeds()[name].is_kpi else f"/v1/{name}"


def pages(caller: Caller, path: str) -> list[list[dict[str, Any]]]:
    """Rows of every page from here to the end."""
    found = []
    following: str | None = path
    while following is not None:
        answer = caller.get(following)
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["rows"])
        link = answer.links.get("next", {}).get("url")
        following = answer.json()["next"]
        assert link == following
    return found


def test_every_kpi_view_is_a_feed() -> None:
    assert {name for name, feed in feeds().items() if feed.is_kpi} == set(KPI_VIEWS)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("limit", [2, 5000])
def test_pages_to_the_end_are_what_sql_gives(
    stocked: Desk, calling: Calling, name: str, limit: int
) -> None:
    found = pages(calling("admin"), f"{address(name)}?limit={limit}")
    rows = [row for page in found for row in page]
    assert all(len(page) == limit for page in found[:-1]) and rows
    expected = sql_rows(stocked, name)
    assert as_texts(rows, list(expected[0])) == as_texts(expected, list(expected[0]))
    key = [tuple((row[c] is None, row[c] or "") for c in feeds()[name].key) for row in rows]
    assert key == sorted(key) and len(set(key)) == len(key)


def sql_rows(desk: Desk, name: str) -> list[dict[str, Any]]:
    """The rows, asked for in another way."""
    if feeds()[name].is_kpi:
        return desk.rows(f"select * from {name}")
    said = {
        "loads": "select load_id, state, period, file_name from raw.loads"
        " join app.load_states using (load_id)",
        "run_stats": "select run_id, rule_code, net_amount, impact_amount from dq_run_stats",
        "issues": "select issue_id, load_id, line_no, rule_code, raw_value, impact_amount"
        " from dq_issues",
    }
    return desk.rows(said[name])


def as_texts(rows: list[dict[str, Any]], names: Sequence[str]) -> list[str]:
    """Rows as sorted texts of these columns; a decimal with all its digits."""
    return sorted(json.dumps([_digits(row[name]) for name in names]) for row in rows)


def _digits(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return None if value is None else str(value)


def test_money_comes_digit_by_digit(calling: Calling) -> None:
    """An amount that a float, and so most readers of JSON, would round."""
    caller = calling("manager")
    path = "/v1/kpi/kpi_net_sales_month?from_month=1403-05&to_month=1403-05"
    (row,) = caller.get(path).json()["rows"]
    assert row["gross_amount"] == "900719925474539.3125"  # and four sound sales of 110
    assert row["line_count"] == 6 and row["month_start"] == "2024-07-22"
    text = caller.get(f"{path}&format=csv").text
    assert "900719925474539.3125" in text.splitlines()[1].split(",")


def test_csv_is_the_same_rows_and_text_stays_text(calling: Calling) -> None:
    caller = calling("manager")
    path = "/v1/kpi/kpi_return_rate_by_product_month"
    answer = caller.get(path, accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    found = list(csv.DictReader(io.StringIO(answer.text)))
    rows = caller.get(path, accept="application/json, text/csv;q=0.5").json()["rows"]
    assert [row["product_id"] for row in found] == [
        row["product_id"].replace("=P2", "'=P2") for row in rows
    ]
    assert [row["returns_amount"] for row in found] == [row["returns_amount"] for row in rows]
    assert "'=P2" in [row["product_id"] for row in found]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("kpi/kpi_net_sales_daily?from_day=2024-08-02&to_day=2024-08-02", 1),
        ("kpi/kpi_net_sales_daily?from_month=1403-06", 1),
        ("kpi/kpi_top_customers_month?from_month=1403-06&to_rank=1", 7),
        ("kpi/kpi_top_customers_month?customer_id=C1&customer_id=C2", 4),
        ("kpi/kpi_net_sales_month?source_system=nobody", 0),
        ("loads?state=draft", 1),
        ("loads?state=draft&state=published&to_month=1403-06", 2),
        ("issues?state=draft&severity=ERROR", 1),
        ("issues?rule_code=INVALID_NUMERIC&load_id=1", 1),
        ("run_stats?load_id=1&rule_code=INVALID_NUMERIC", 1),
        ("issues?status=accepted", 0),
    ],
)
def test_filters_narrow(calling: Calling, path: str, count: int) -> None:
    rows = calling("steward").get(f"/v1/{path}").json()["rows"]
    assert len(rows) == count


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=5001", "limit=1.0", "limit=1_0", "limit=", "format=xml", "state=lost",
        "from_month=1403-13", "from_month=1403-5", "from_month='; drop table raw.loads; --",
        "load_id=-1", "load_id=9223372036854775808", "load_id=%D9%A1", "stat=draft", "after=%00",
        "source_system=a%00b", "source_system=", "limit=1&nonsense=1", "after=" + "A" * 2001,
    ],
)  # fmt: skip
def test_what_makes_no_question_is_refused_and_nothing_is_left_out(
    calling: Calling, query: str
) -> None:
    answer = calling("admin").get(f"/v1/loads?{query}")
    problem = answer.json()
    assert answer.status_code == problem["status"] == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "WRONG_PARAMETERS" and problem["reference"]
    assert "drop table" not in answer.text and "pydantic" not in answer.text


@pytest.mark.parametrize(
    "place",
    ['["issues",1]', '["loads",1,2]', '["loads","1"]', '["loads",true]', '["loads",-1]',
     '["loads",9223372036854775808]', '["loads"]', "[]", "1", "{", "[" * 900, '["loads",null]',
     '["loads",NaN]'],
)  # fmt: skip
def test_a_place_that_nobody_was_given_leads_nowhere(calling: Calling, place: str) -> None:
    after = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    answer = calling("admin").get(f"/v1/loads?after={after}")
    assert (answer.status_code, answer.json()["code"]) == (404, "WRONG_PAGE")


def test_a_page_of_one_feed_is_none_of_another(calling: Calling) -> None:
    caller = calling("admin")
    after = caller.get("/v1/kpi/kpi_net_sales_month?limit=1").json()["next"].split("after=")[1]
    path = "/v1/kpi/kpi_net_sales_daily?after="
    assert caller.get(path + after).json()["code"] == "WRONG_PAGE"


def test_a_feed_without_its_own_rights_is_an_empty_page_of_nobody(client: TestClient) -> None:
    for name in ALL:
        assert client.get(address(name)).status_code == 401


def test_one_row_by_its_number_and_foreign_ones_are_missing(calling: Calling) -> None:
    caller = calling("uploader")
    load = caller.get("/v1/loads/1")
    assert load.json()["load_id"] == 1 and load.json()["state"] == "published"
    assert caller.get("/v1/loads/1", if_none_match=load.headers["etag"]).status_code == 304
    assert caller.get("/v1/issues/1").json()["issue_id"] == 1
    missing = caller.get("/v1/loads/99")
    assert missing.status_code == 404 and missing.json()["code"] == "NOT_FOUND"
    assert caller.get("/v1/loads/9223372036854775807").status_code == 404
    assert caller.get("/v1/loads/one").status_code == 422


def test_personal_values_are_masked_for_who_may_not_see_them(calling: Calling) -> None:
    path = "/v1/issues?rule_code=ATTRIBUTE_CONFLICT"
    (open_,) = calling("steward").get(path).json()["rows"]
    (masked,) = calling("uploader").get(path).json()["rows"]
    (granted,) = calling("uploader", sees_personal=True).get(path).json()["rows"]
    assert open_["raw_value"] == granted["raw_value"] == "فروشگاه دیگر"
    assert masked["raw_value"] == "•••"
    (number,) = calling("uploader").get("/v1/issues?rule_code=INVALID_NUMERIC").json()["rows"]
    assert number["raw_value"] == "lots"


# --- What the reader has already ------------------------------------------------------------------


@pytest.fixture
def own(desk: Desk) -> Caller:
    """A steward's program over a database of this test's own."""
    desk.publish([{}])
    person = add_person(desk.url, "steward")
    return Caller(TestClient(build(settings_of(desk))), person, token_of(desk.url, person))


def test_nothing_is_sent_again_until_something_changed(own: Caller, desk: Desk) -> None:
    path = "/v1/kpi/kpi_net_sales_month"
    first = own.get(path)
    tag = first.headers["etag"]
    again = own.get(path, if_none_match=f'"other", W/{tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "private" in again.headers["cache-control"]

    draft = desk.load([{"invoice_id": "9"}], "1403-06")
    assert own.get(path, if_none_match=tag).status_code == 304  # a draft counts nowhere
    publish(desk.url, draft.load_id)
    second = own.get(path, if_none_match=tag)
    assert second.status_code == 200 and len(second.json()["rows"]) == 1
    assert second.json()["rows"] != first.json()["rows"]
    void(desk.url, draft.load_id, reason="test")
    assert own.get(path).json() == first.json() and own.get(path).headers["etag"] == tag


def test_tags_of_loads_and_issues_follow_them(own: Caller, desk: Desk) -> None:
    loads, issues = (own.get(f"/v1/{name}").headers["etag"] for name in ("loads", "issues"))
    draft = desk.load([{"invoice_id": "9", "net_amount": "lots"}], "1403-06")
    assert own.get("/v1/loads", if_none_match=loads).status_code == 200
    issues = own.get("/v1/issues", if_none_match=issues).headers["etag"]
    loads = own.get("/v1/loads").headers["etag"]
    wanted = IssueFilter(loads=(draft.load_id,), rules=("INVALID_NUMERIC",))
    triage(desk.url, wanted, Change(status="in_progress"), actor="sara", expected=1)
    changed = own.get("/v1/issues?status=in_progress", if_none_match=issues)
    assert [row["status"] for row in changed.json()["rows"]] == ["in_progress"]
    assert own.get("/v1/issues", if_none_match=issues).status_code == 200
    assert own.get("/v1/loads", if_none_match=loads).status_code == 304


def test_tags_are_of_one_person_one_question_and_one_form(own: Caller, desk: Desk) -> None:
    other = Caller(own.client, add_person(desk.url, "admin"), own.issued)
    other.issued = token_of(desk.url, other.person)
    path = "/v1/kpi/kpi_net_sales_month"
    answers = [own.get(path), other.get(path), own.get(f"{path}?limit=1")]
    answers += [own.get(path, accept="text/csv"), own.get("/v1/kpi/kpi_net_sales_daily")]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)


# --- Faults ---------------------------------------------------------------------------------------


def test_a_database_that_is_away_is_said_without_its_address(
    own: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.pool.READER_WAIT", 0.2)
    away = own.client.app.state.service.settings.model_copy(  # type: ignore[attr-defined]
        update={"database_url": "postgresql://secret:pass@127.0.0.1:1/none?connect_timeout=1"}
    )
    client = TestClient(build(away))
    for path in ("/ready", "/openapi.json"):
        answer = client.get(path)
        assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
        assert "secret" not in answer.text and "127.0.0.1" not in answer.text
    assert client.get("/health").json() == {"status": "ok"}


def test_what_takes_too_long_is_broken_off(own: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("endpoints.rows.STATEMENT_SECONDS", 0.001)
    monkeypatch.setattr("endpoints.rows.read_page", slow_page)
    answer = own.get("/v1/loads")
    assert (answer.status_code, answer.json()["code"]) == (503, "TOO_SLOW")


def slow_page(connection: Any, *_: object, **__: object) -> None:
    connection.execute("select pg_sleep(5)")


def test_a_fault_of_ours_has_a_reference_and_the_log_the_rest(
    own: Caller, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("inside of the code")

    monkeypatch.setattr("endpoints.rows.read_page", broken)
    answer = own.get("/v1/loads", accept_language="fa")
    problem = answer.json()
    assert answer.status_code == 500 and "inside" not in answer.text
    entry = json.loads((desk.folder / "log" / "errors.log").read_text())
    assert entry["reference"] == problem["reference"] and "inside of the code" in entry["traceback"]
    assert problem["title"] == "خطایی پیش‌بینی‌نشده رخ داد"
    assert answer.headers["content-language"] == "fa"


def test_only_reading_exists(own: Caller) -> None:
    for path in ("/v1/loads", "/v1/kpi/kpi_net_sales_month", "/health"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = own.client.request(method, path)
            assert answer.status_code == 405 and answer.headers["allow"] == "GET"
            assert answer.json()["code"] == "METHOD_NOT_ALLOWED"
    assert own.get("/v1/nothing").json()["code"] == "NOT_FOUND"
    assert own.get("/docs").status_code == 404  # it would ask a host outside for its scripts


def test_every_answer_carries_what_browsers_may_not_do(own: Caller) -> None:
    for path in ("/health", "/v1/loads", "/nothing"):
        headers = own.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-request-id"]


def test_decimals_are_exact_in_the_sum(own: Caller, desk: Desk) -> None:
    rows = own.get("/v1/kpi/kpi_net_sales_daily").json()["rows"]
    total = sum(Decimal(row["net_amount"]) for row in rows)
    assert total == desk.value("select sum(net_amount) from kpi_net_sales_daily")


def test_the_api_needs_nothing_of_the_console_or_the_data_path() -> None:
    """Its memory stays small: neither the console's library nor frames are imported."""
    import subprocess
    import sys

    code = "import sys, api; print(*sorted(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"streamlit", "pandas", "polars", "pyarrow", "numpy"} & set(found) == set()
    assert service.STATEMENT_SECONDS <= 60
