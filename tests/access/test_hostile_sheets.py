"""Every file that leaves: text that a spreadsheet would calculate stays text, numbers stay numbers.

Which there are is asked of the product: a new one is tried by itself, or this file says so.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import product

import pytest
from python_calamine import CalamineWorkbook
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from api import build
from app import ROUTES
from pages.frame import database
from pages.routes import audit_sheets, downloads, figure_sheets, issue_sheets
from pages.routes.visitor import COOKIE
from pages.routes.written import KINDS
from pipeline.access.tokens import SCOPES, issue
from pipeline.feeds.feed import feeds
from pipeline.kpi.sheets import WHAT
from tests.api.conftest import settings_of
from tests.conftest import new_database
from tests.hostile import NAME, SIGNS, House, fill
from tests.karamad import SOURCE, Desk
from tests.people import SETTINGS, make_session

MONTHS = f"source={SOURCE}&from=1403-05&to=1403-06"
# Route of a sheet → its addresses.
SHEETS = {
    "/downloads/refused": ["/downloads/refused?load={load}"],
    "/sheets/issues.{kind}": [f"/sheets/issues{kind}" for kind in KINDS],
    "/sheets/audit.{kind}": [f"/sheets/audit{kind}" for kind in KINDS],
    "/exports/{name}": [f"/exports/{w}{k}?{MONTHS}" for w, k in product(WHAT, KINDS)],
}
# What answers otherwise, and the one file that leaves as it came.
NO_SHEETS = {
    "/sign-in", "/sign-in/openid", "/sign-in/openid/back", "/sign-out", "/account",
    "/account/password", "/account/end", "/prefer", "/uploads", "/health.json", "/healthz", "/home",
    "/downloads/original", "/look",
}  # fmt: skip
# Sheets in which nothing but numbers, dates and periods stand.
NO_TEXT = re.compile(r"/exports/(days|months)|/v1/(kpi/kpi_net_sales_(daily|month)$|run_stats)")
FEEDS = [f"/v1/kpi/{name}" if feed.is_kpi else f"/v1/{name}" for name, feed in feeds().items()]
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
FIGURE = re.compile(r"amount|quantity|_count|lines$|price|rate")


@pytest.fixture(scope="module")
def house(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with new_database(server_url) as url:
        yield fill(Desk(url, SETTINGS, tmp_path_factory.mktemp("hostile")))


@pytest.fixture
def console(house: House, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A browser of an administrator, who may have every sheet."""
    for module in (audit_sheets, downloads, figure_sheets, issue_sheets):
        monkeypatch.setattr(module, "get_settings", lambda: house.desk.settings)
    monkeypatch.setattr(database, "url", lambda: house.desk.url)
    browser = TestClient(Starlette(routes=ROUTES))
    browser.cookies.set(COOKIE, make_session(house.desk.url, "admin", NAME))
    return browser


def test_every_route_is_known_as_a_sheet_or_none() -> None:
    paths = {route.path for route in ROUTES if isinstance(route, Mount) or hasattr(route, "path")}
    assert paths == {*SHEETS, *NO_SHEETS}


@pytest.mark.parametrize("address", [one for found in SHEETS.values() for one in found])
@pytest.mark.attack("a formula in a cell")
def test_a_sheet_of_the_console_calculates_nothing(
    console: TestClient, house: House, address: str
) -> None:
    answer = console.get(address.format(load=house.load_id))
    assert answer.status_code == 200, answer.text
    if ".csv" in address:
        check_csv(answer.content.decode("utf-8-sig"), address)
    else:
        check_workbook(answer.content, address)


@pytest.mark.attack("a file name")
@pytest.mark.parametrize(
    "given", ["1403-05\r\nset-cookie: a=b", "1403-05" + "x" * 9000, "../../1403-05", "\0"]
)
def test_what_is_asked_for_names_no_file(console: TestClient, given: str) -> None:
    asked = {"source": SOURCE, "from": given, "to": "1403-06"}
    answer = console.get("/exports/lines.csv", params=asked)
    assert answer.status_code in (200, 400) and "set-cookie" not in answer.headers
    named = answer.headers.get("content-disposition", "")
    assert len(named) < 200 and ".." not in named and "1403-05x" not in named


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.attack("a formula in a cell")
def test_a_feed_as_csv_calculates_nothing(house: House, path: str) -> None:
    secret = issue(house.desk.url, house.person, "test", SCOPES, actor="t").secret
    with TestClient(build(settings_of(house.desk))) as client:
        answer = client.get(
            path, params={"format": "csv"}, headers={"authorization": f"Bearer {secret}"}
        )
    assert answer.status_code == 200, answer.text
    check_csv(answer.text, path)


def check_csv(text: str, name: str) -> None:
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert rows, name
    found = 0
    for row in rows:
        assert len(row) == len(head)
        for column, cell in zip(head, row, strict=True):
            risky = cell.lstrip(" \u00a0").startswith(SIGNS)
            assert not risky or NUMBER.fullmatch(cell), (column, cell)
            if FIGURE.search(column):
                assert not cell.startswith("'"), (column, cell)
            found += cell.lstrip("'").lstrip().startswith(SIGNS) and cell.startswith("'")
    assert found or NO_TEXT.search(name), "nothing hostile was in it"


def check_workbook(content: bytes, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {part: book.read(part).decode("utf-8", "replace") for part in book.namelist()}
    sheets = "".join(text for part, text in parts.items() if "worksheets/" in part)
    assert "<f>" not in sheets and "<hyperlink" not in sheets
    assert not any("externalLink" in part or "vbaProject" in part for part in parts)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    rows = sheet.to_python()[1:]
    assert rows, name
    texts = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert any(cell.startswith(SIGNS) for cell in texts) or NO_TEXT.search(name)
    # A negative number is one: as text it would begin with a sign and be none that adds up.
    signed = [cell for cell in texts if NUMBER.fullmatch(cell) and cell[0] in "+-"]
    assert [cell for cell in signed if len(cell) < 15] == []
