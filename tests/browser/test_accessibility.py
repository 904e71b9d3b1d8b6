"""Every page read by axe-core: nothing that keeps people out, in both languages, light and dark.

A fault is a finding of serious or critical impact, or one of `ALSO`: they cost little and help.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from pages.frame.page import entries
from pipeline.settings import ROOT
from tests.browser.conftest import sign_in, wait
from tests.karamad import HEADERS, RETURN, Desk, Layout, write_lines

AXE = (ROOT / "tests" / "browser" / "axe" / "axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
ALSO = ("heading-order", "empty-table-header", "empty-heading", "page-has-heading-one", "region")
# Two looks show both languages and both themes; pages take the one pair or the other.
LOOKS = ((("fa", "light"), ("en", "dark")), (("fa", "dark"), ("en", "light")))
# Where a page shows most, besides the page as it opens.
MORE = ("load?load=1", "load?load=2&act=publish", "issues?issue=1", "issues?severity=ERROR",
        "rules?rule=GROSS_MISMATCH", "mapping?source=karamad", "line?load=1&line=1",
        "net_sales?by=nothing")  # fmt: skip


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """One browser for all pages; each look is a cookie."""
    context = chromium.new_context(reduced_motion="reduce")
    yield context
    context.close()


def test_an_empty_console_keeps_nobody_out(context: BrowserContext, console: str) -> None:
    page, found = context.new_page(), []
    for number, (language, theme) in enumerate(LOOKS[1]):
        _dress(context, console, language, theme)
        page.goto(f"{console}/sign-in")
        found += _faults(page, f"sign-in {language} {theme}")
        _is_awake(page)
        sign_in(page, "steward")
        for entry in entries()[number::2]:
            found += _open(page, console, entry.name, language, theme)
        page.goto(f"{console}/sign-out")
    assert found == []


def _is_awake(page: Page) -> None:
    """The reader finds what is planted: a green test means something."""
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('label').style = 'color: #eee; background: #fff'")
    found = "\n".join(_faults(page, "sign-in"))
    assert ": label [" in found and ": color-contrast [" in found
    page.reload()


def test_a_filled_console_keeps_nobody_out(
    context: BrowserContext, console: str, desk: Desk, tmp_path: Path
) -> None:
    desk.publish([{}, {**RETURN, "invoice_id": "1002"}, {"invoice_id": "1003", "quantity": "سه"}])
    desk.load([{}, {"invoice_id": "1002", "gross_amount": "90"}, {"invoice_id": ""}])
    page, found = context.new_page(), []
    page.goto(console)
    sign_in(page, "steward")
    for number, entry in enumerate(entries()):
        for language, theme in LOOKS[number % 2]:
            _dress(context, console, language, theme)
            found += _open(page, console, entry.name, language, theme)
    for address, (language, theme) in zip(MORE, cycle([*LOOKS[0], *LOOKS[1]]), strict=False):
        _dress(context, console, language, theme)
        found += _open(page, console, address, language, theme)
    renamed = Layout(renamed={HEADERS["net_amount"]: "خالص <b>"})
    page.goto(f"{console}/upload")
    page.get_by_test_id("sales-upload").set_input_files(
        write_lines(tmp_path / "a.csv", [{}], renamed)
    )
    page.wait_for_url("**file=*")
    found += _faults(page, "a file that is looked at")
    assert found == []


def _dress(context: BrowserContext, console: str, language: str, theme: str) -> None:
    cookies = {"language": language, "theme": theme}
    context.add_cookies([{"name": k, "value": v, "url": console} for k, v in cookies.items()])


def _open(page: Page, console: str, address: str, language: str, theme: str) -> list[str]:
    page.goto(f"{console}/{address}")
    wait(page)
    return _faults(page, f"{address} {language} {theme}")


def _faults(page: Page, where: str) -> list[str]:
    """What axe finds on the page as it stands, Streamlit's own parts included; a line each."""
    if page.locator("[data-testid=stApp]").count():
        page.wait_for_selector("h1")
        wait(page)
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{where}: {fault['id']} {node['target']} {node['html'][:160]} {_why(node)}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE or fault["id"] in ALSO
        for node in fault["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(one["message"] for one in [*node["any"], *node["all"], *node["none"]])[:200]
