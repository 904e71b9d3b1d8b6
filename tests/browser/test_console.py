"""The console in a real browser: sign-in, languages from the first byte, no host outside."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, sign_in, wait
from tests.karamad import Desk


def direction(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.querySelector('h1')).direction"))


def test_signing_in_shows_the_first_steps_in_both_languages(open_browser: Open) -> None:
    page = open_browser("/", role=None)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    sign_in(page, "uploader")
    expect(page.get_by_role("heading", name="امروز")).to_be_visible()
    expect(page.locator(".sales-steps li")).to_have_count(3)
    assert direction(page) == "rtl"
    assert page.evaluate("navigator.language") == "fa-IR"

    first = page.request.get(page.url, headers={"accept": "text/html"}).text()
    assert 'lang="fa" dir="rtl"' in first

    foot = page.locator(".st-key-me .sales-link").first
    assert foot.evaluate("link => getComputedStyle(link).textAlign") == "start"

    page.click("text=English")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert direction(page) == "ltr"
    assert (
        'lang="en" dir="ltr"' in page.request.get(page.url, headers={"accept": "text/html"}).text()
    )
    assert page.evaluate("document.fonts.check('16px Vazirmatn')")

    page.click("text=Sign out")
    expect(page.get_by_label("Password")).to_be_visible()


def test_a_filled_home_in_toman_and_on_a_phone(
    open_browser: Open, desk: Desk, tmp_path: Path
) -> None:
    june = {"system_date": "1403/04/10", "reference_date": "1403/04/10"}
    desk.publish([{**june, "net_amount": "1250", "gross_amount": "1240"}], period="1403-04")
    desk.publish([{"net_amount": "2500", "gross_amount": "2490"}], period="1403-05")
    desk.load([{"invoice_id": ""}], period="1403-06")
    page = open_browser("/")
    expect(page.locator(".sales-card .figure", has_text="۲٫۵")).to_have_count(2)
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_be_visible()

    page.get_by_role("button", name="تنظیم نمایش").click()
    page.get_by_role("radio", name="تومان").or_(page.get_by_role("button", name="تومان")).click()
    wait(page)
    expect(page.locator(".sales-card .figure", has_text="۲۵۰")).to_have_count(2)
    page.reload()
    wait(page)
    expect(page.locator(".sales-card .figure", has_text="تومان")).not_to_have_count(0)

    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    wait(page)
    expect(page.get_by_role("heading", name="امروز")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("[data-testid=stSidebarContent]")).not_to_be_visible()
    log = (tmp_path / "var" / "console.log").read_text("utf-8")
    assert "Traceback" not in log and "Warning" not in log
