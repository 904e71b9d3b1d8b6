"""What leaves as a file: the original with its proven hash, the refused lines to send back."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import ROUTES
from pages.frame import database
from pages.routes import downloads, visitor
from pages.routes.visitor import COOKIE
from pipeline.settings import Settings
from tests.karamad import Desk
from tests.people import make_session

Ask = Callable[..., TestClient]


@pytest.fixture
def sit(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """A browser of somebody in a role, over this test's database."""
    settings = Settings(_env_file=None, var_dir=tmp_path)  # type: ignore[call-arg]
    for module in (visitor, downloads):
        monkeypatch.setattr(module, "get_settings", lambda: settings)
    monkeypatch.setattr(database, "url", lambda: desk.url)

    def sat(role: str | None, **cookies: str) -> TestClient:
        browser = TestClient(Starlette(routes=ROUTES))
        for name, value in cookies.items():
            browser.cookies.set(name, value)
        if role is not None:
            browser.cookies.set(COOKIE, make_session(desk.url, role, "sara"))
        return browser

    return sat


def test_the_original_comes_back_byte_by_byte_under_its_name(sit: Ask, desk: Desk) -> None:
    path = desk.file([{}]).rename(desk.folder / "مرداد ۱۴۰۳ (نهایی).csv")
    load = desk.load(path)
    answer = sit("uploader").get(f"/downloads/original?load={load.load_id}")
    assert answer.status_code == 200 and answer.content == path.read_bytes()
    digest = base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert "%D9%85%D8%B1%D8%AF%D8%A7%D8%AF" in answer.headers["content-disposition"]
    assert list((desk.folder / "scratch").iterdir()) == []


@pytest.mark.parametrize(("language", "first"), [("fa", "شمارهٔ خط"), ("en", "Line")])
def test_refused_lines_carry_their_true_numbers(
    sit: Ask, desk: Desk, language: str, first: str
) -> None:
    load = desk.load([{}, {"quantity": "abc"}, {}, {"invoice_id": ""}])
    browser = sit("steward", language=language)
    answer = browser.get(f"/downloads/refused?load={load.load_id}")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    table = rows.to_python()
    assert table[0][0] == first and [row[0] for row in table[1:]] == [3, 5]


@pytest.mark.parametrize("role", ["manager", None])
@pytest.mark.attack("beyond a role")
def test_files_with_names_of_people_are_not_for_everybody(
    sit: Ask, desk: Desk, role: str | None
) -> None:
    load = desk.load([{}])
    for what in ("original", "refused"):
        assert sit(role).get(f"/downloads/{what}?load={load.load_id}").status_code == 403


@pytest.mark.parametrize("given", ["", "99", "x", "-1", "٣", "9" * 40])
def test_a_load_that_is_not_there_is_said(sit: Ask, given: str) -> None:
    answer = sit("admin", language="en").get("/downloads/original", params={"load": given})
    assert answer.status_code == 404 and "There is no load" in answer.text


def test_what_a_killed_console_left_is_removed(sit: Ask, desk: Desk) -> None:
    load = desk.load([{}])
    left = desk.folder / "scratch" / "left"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    assert sit("admin").get(f"/downloads/original?load={load.load_id}").status_code == 200
    assert not left.exists()


def test_what_another_request_just_removed_stands_in_nobodys_way(sit: Ask, desk: Desk) -> None:
    load = desk.load([{}])
    folder = desk.folder / "scratch"
    folder.mkdir()
    (folder / "gone").symlink_to("nowhere")  # listed, and not there when it is looked at
    assert sit("admin").get(f"/downloads/original?load={load.load_id}").status_code == 200
