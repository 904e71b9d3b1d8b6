"""The month's two daily ways by keyboard alone: hand in a file and run it; close an issue."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

from tests.browser.conftest import Open, wait
from tests.karamad import Desk, write_lines

MOST_TABS = 60
# What has the focus, through shadow roots, in the words by which people know it.
FOCUSED = """() => {
    let node = document.activeElement
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement
    const label = node.getAttribute('aria-label') || node.labels?.[0]?.innerText || node.innerText
    return {label: (label || '').trim(), tag: node.tagName, type: node.type || ''}
}"""


def tab_to(page: Page, label: str, tag: str) -> None:
    """Press Tab until a `tag` whose name holds `label` has the focus."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["tag"] == tag and label in focused["label"]:
            return
        passed.append(f"{focused['tag']} {focused['label'][:40]}")
    raise AssertionError(f"Tab never came to {tag} {label}; it came to {passed}")


def choose_by_keyboard(page: Page, path: Path, tries: int = 3) -> None:
    """Choose a file; a page that is still being drawn may put a new field under the first key."""
    tab_to(page, "فایل را این‌جا رها کنید", "INPUT")
    outline = page.locator(".up").evaluate("box => getComputedStyle(box).outlineStyle")
    assert outline == "solid", "where the focus is can be seen"
    try:
        with page.expect_file_chooser(timeout=8000) as chooser:
            page.keyboard.press("Enter")
    except TimeoutError:
        if tries == 1:
            raise
        choose_by_keyboard(page, path, tries - 1)
    else:
        chooser.value.set_files(path)


def test_a_file_is_handed_in_and_run(open_browser: Open, desk: Desk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "مرداد.csv", [{}, {"invoice_id": "1002"}])
    page = open_browser("/home")
    tab_to(page, "فرستادن فایل", "A")
    page.keyboard.press("Enter")
    page.wait_for_url("**/upload")
    wait(page)
    expect(page.get_by_test_id("sales-upload")).to_be_attached()

    choose_by_keyboard(page, path)
    page.wait_for_url("**file=*")
    wait(page)
    expect(page.get_by_role("button", name="اجرا کن")).to_be_enabled()

    tab_to(page, "اجرا کن", "BUTTON")
    page.keyboard.press("Space")
    page.wait_for_url("**job=*")
    assert desk.value("select state from app.jobs") == "waiting"


def test_an_issue_is_found_and_closed_with_a_reason(open_browser: Open, desk: Desk) -> None:
    desk.load([{"gross_amount": "90"}, {"invoice_id": ""}])
    page = open_browser("/issues")
    expect(page.locator("tbody tr")).not_to_have_count(0)

    tab_to(page, "قانون", "INPUT")
    page.keyboard.type("جمع قبل از تخفیف")
    page.keyboard.press("Enter")
    page.wait_for_url("**rule=GROSS_MISMATCH*")
    wait(page)
    page.keyboard.press("Escape")
    expect(page.locator("tbody tr")).to_have_count(1)

    tab_to(page, "جمع قبل از تخفیف", "BUTTON")
    page.keyboard.press("Enter")
    page.wait_for_url("**issue=*")
    wait(page)
    expect(page.get_by_role("heading", name="رسیدگی")).to_be_visible()
    tab_to(page, "وضعیت", "INPUT")
    page.keyboard.type("پذیرفته")
    page.keyboard.press("Enter")
    tab_to(page, "دلیل", "INPUT")
    page.keyboard.type("با شعبه هماهنگ شد")
    tab_to(page, "ثبت", "BUTTON")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("برای .*۱.* ایراد ثبت شد"))).to_be_visible()
    said = desk.row("select status, reason, actor from dq.issue_events")
    assert said == {"status": "accepted", "reason": "با شعبه هماهنگ شد", "actor": "سارا کمالی"}


def test_rows_are_ticked_each_by_its_own_name(open_browser: Open, desk: Desk) -> None:
    desk.load([{"invoice_id": ""}, {"invoice_id": "", "invoice_line_no": "2"}])
    page = open_browser("/issues")
    boxes = page.locator("tbody input[type=checkbox]")
    expect(boxes).not_to_have_count(0)
    names = boxes.evaluate_all("boxes => boxes.map((box) => box.getAttribute('aria-label'))")
    assert len(set(names)) == len(names) == desk.value("select count(*) from dq_issues")
    tab_to(page, names[0], "INPUT")
    page.keyboard.press("Space")
    expect(page.get_by_text(re.compile("ثبت برای .*۱.* ایراد برگزیده"))).to_be_visible()
