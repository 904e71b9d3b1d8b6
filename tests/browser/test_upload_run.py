"""The month's file in a real browser: handed in, understood, run by a worker, published."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, wait
from tests.karamad import HEADERS, Cells, Desk, Layout, write_lines
from tests.people import NAME
from tests.test_jobs import Workers

LINES: list[Cells | str] = [
    {},
    {"invoice_id": "1002", "net_amount": "250"},
    {"invoice_id": "1003", "quantity": "سه"},
]


def hand_in(page: Page, path: Path) -> None:
    page.get_by_test_id("sales-upload").set_input_files(path)
    page.wait_for_url("**file=*")
    wait(page)


def test_a_file_with_a_strange_header_becomes_a_published_month(
    open_browser: Open, desk: Desk, tmp_path: Path
) -> None:
    renamed = Layout(renamed={HEADERS["net_amount"]: "خالص نهایی سند"})
    path = write_lines(tmp_path / "مرداد <b>.csv", LINES, renamed)
    page = open_browser("/upload")
    hand_in(page, path)
    # A click elsewhere, and a tab that is opened anew, lose nothing of it.
    page.get_by_role("link", name="بارها").first.click()
    expect(page.get_by_text("هنوز فایلی نرسیده")).to_be_visible()
    page.goto(page.url.replace("/loads", "/upload"))
    wait(page)
    page.get_by_role("button", name="ادامه با این فایل").click()
    expect(page.get_by_text("این ستون‌های لازم در فایل پیدا نشد")).to_be_visible()
    expect(page.get_by_role("button", name="اجرا کن")).to_be_disabled()

    row = page.locator(".st-key-header_15")
    expect(row).to_contain_text("خالص نهایی سند")
    row.get_by_role("combobox").fill("net_amount")
    page.get_by_role("option", name="net_amount").click()
    expect(page.get_by_role("button", name="اجرا کن")).to_be_enabled()
    page.get_by_role("button", name="اجرا کن").click()
    page.wait_for_url("**job=*")
    expect(page.get_by_text("کارگری روشن نیست")).to_be_visible()

    # The tab is closed; the worker does its work meanwhile, and the job is found again by its link.
    link = page.url
    page.goto("about:blank")
    with ExitStack() as stack:
        Workers(desk, stack).finish()
    page.goto(link)
    wait(page)
    expect(page.get_by_text("آمادهٔ انتشار است")).to_be_visible()
    sheet = desk.row("select * from dq.reconciliations")
    assert (sheet["canonical_lines"], sheet["rejected_lines"]) == (2, 1)
    figures = page.locator(".sales-card .figure")
    expect(figures.nth(1)).to_contain_text("۲")
    expect(figures.nth(2)).to_contain_text("۱")
    assert sheet["canonical_net_amount"] == 360
    expect(page.locator(".sales-table").last).to_contain_text("۳۶۰")
    with page.expect_download() as refused:
        page.get_by_role("link", name="برگهٔ سطرهای ردشده").click()
    assert refused.value.suggested_filename == "rejected-1.xlsx"

    page.get_by_role("link", name="باز کردن بار").click()
    page.wait_for_url("**/load?load=1")
    page.get_by_role("button", name="انتشار…").click()
    expect(page.get_by_text("این عددها عوض می‌شود")).to_be_visible()
    page.get_by_role("button", name="منتشر کن").click()
    expect(page.get_by_text("منتشر شد؛")).to_be_in_viewport()
    assert desk.value("select state from app.load_states") == "published"
    assert desk.value("select actor from app.publications") == "سارا کمالی"
    assert desk.value("select sum(net_amount) from kpi_net_sales_daily") == 360
    page.get_by_role("link", name="فروش خالص مرداد").click()
    expect(page.get_by_role("heading", name="فروش خالص", exact=True)).to_be_visible()
    assert "from=1403-05&to=1403-05" in page.url
    expect(page.locator(".sales-card .figure").first).to_contain_text("۳۶۰")


def test_loads_in_english_on_a_phone(open_browser: Open, desk: Desk) -> None:
    desk.publish(LINES)
    desk.load([{}, {"invoice_id": "1002", "net_amount": "900"}], user=NAME)
    page = open_browser("/loads", role="uploader", language="en", width=390, height=844)
    expect(page.get_by_text("\u20662\u2069 loads")).to_be_visible()
    page.get_by_role("link", name="Open load \u20662\u2069").click()
    expect(page.get_by_role("heading", name="Load \u20662\u2069")).to_be_visible()
    expect(page.get_by_text("Publishing is the data steward's")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as original:
        page.get_by_role("link", name="Download the original").click()
    assert Path(original.value.path()).read_bytes() == (desk.folder / "file_2.csv").read_bytes()
