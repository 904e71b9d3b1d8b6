"""Issues in a real browser: open a row, say what becomes of it, take the sheet; on a phone."""

from __future__ import annotations

import re
from zipfile import ZipFile

from playwright.sync_api import expect

from tests.browser.conftest import Open, wait
from tests.karamad import Desk


def wrong(number: int) -> dict[str, str]:
    return {"invoice_id": str(number), "gross_amount": "90", "net_amount": "100"}


def test_a_steward_works_through_issues(open_browser: Open, desk: Desk) -> None:
    desk.load([wrong(1), wrong(2), {"invoice_id": ""}])
    page = open_browser("/issues")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody td").nth(3)).to_have_text(re.compile("تاریخ|جمع|شماره"))

    page.locator(".sales-open").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr.marked td").first).to_have_text("90")
    page.get_by_label("یادداشت").fill("از شعبه پرسیدم")
    page.get_by_role("button", name="ثبت", exact=True).click()
    expect(page.get_by_text(re.compile("یادداشت: .از شعبه پرسیدم"))).to_be_visible()
    page.get_by_role("button", name="ایراد بعد").click()
    wait(page)
    page.get_by_role("button", name="بازگشت به فهرست").click()

    page.locator("tbody input[type=checkbox]").nth(1).check()
    page.get_by_text("ایراد برگزیده").click()
    page.get_by_label("یادداشت").last.fill("دو")
    page.get_by_role("button", name="ثبت", exact=True).last.click()
    expect(page.get_by_text(re.compile("برای .۱. ایراد ثبت شد"))).to_be_visible()
    said = desk.rows("select comment from dq.issue_events order by event_id")
    assert [row["comment"] for row in said] == ["از شعبه پرسیدم", "دو"]

    with page.expect_download() as sent:
        page.get_by_role("link", name="برگهٔ Excel").click()
    with ZipFile(sent.value.path()) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'rightToLeft="1"' in sheet
    assert sheet.count("<row ") == 1 + desk.value("select count(*) from dq_issues")


def test_nothing_unfolds_slowly_for_who_asked_for_less_motion(
    open_browser: Open, desk: Desk
) -> None:
    desk.load([wrong(1)])
    page = open_browser("/issues")
    details = page.locator("details").filter(has_text="ثبت برای")
    expect(details).to_be_visible()
    heights = details.evaluate(
        """async (part) => {
            const tall = () => Math.round(part.getBoundingClientRect().height)
            const frame = () => new Promise((then) => requestAnimationFrame(() => setTimeout(then)))
            const later = (time) => new Promise((then) => setTimeout(then, time))
            const press = async () => { part.querySelector('summary').click(); await frame() }
            const closed = tall()
            await press(); const open = tall()
            await later(900); const opened = tall()
            await press(); return [closed, open, opened, tall()]
        }"""
    )
    closed, open_at_once, opened, closed_at_once = heights
    assert open_at_once == opened > closed == closed_at_once


def test_english_on_a_phone_and_sheets_that_are_refused(open_browser: Open, desk: Desk) -> None:
    desk.load([wrong(1), {"invoice_id": ""}])
    page = open_browser("/issues?rule=GROSS_MISMATCH", width=390, height=844, language="en")
    expect(page.get_by_text("\u20661\u2069 of \u20662\u2069 issues")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    csv = page.request.get(f"{_root(page.url)}/sheets/issues.csv?rule=GROSS_MISMATCH")
    assert csv.body().startswith(b"\xef\xbb\xbf") and len(csv.text().splitlines()) == 2
    refused = page.request.get(f"{_root(page.url)}/sheets/issues.csv?rule=x;y")
    assert refused.status == 400 and "rule=x;y" in refused.text()
    manager = open_browser("/home", role="manager")
    assert manager.request.get(f"{_root(page.url)}/sheets/issues.csv").status == 403


def _root(url: str) -> str:
    return "/".join(url.split("/")[:3])
