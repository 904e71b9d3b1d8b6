"""The upload field in a real browser: by keyboard and by drop, and what refuses a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, wait

pytestmark = pytest.mark.console_app("tests/browser/upload_app.py")

DROP = """(box) => {
    const data = new DataTransfer()
    data.items.add(new File(["x".repeat(2000)], "مرداد.csv"))
    box.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }))
}"""


def test_files_come_in_whole_one_after_the_other(open_browser: Open, tmp_path: Path) -> None:
    file = tmp_path / "first <b>.csv"
    file.write_bytes(b"\x00" * 3_000_000)
    page = open_browser("/", role="uploader")
    field = page.get_by_test_id("sales-upload")
    field.set_input_files(file)
    expect(page.locator("h1")).to_have_text("first <b>.csv 3000000", timeout=15_000)
    page.locator(".up").evaluate(DROP)
    expect(page.locator("h1")).to_contain_text("مرداد.csv 2000", timeout=15_000)
    assert len(list((tmp_path / "var" / "uploads").glob("*/upload.json"))) == 2
    assert list((tmp_path / "var" / "uploads").glob("*/part")) == []


def test_what_refuses_a_file_is_said_in_the_field(
    open_browser: Open, tmp_path: Path, faults: list[str]
) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    page = open_browser("/", role="uploader", language="en")
    page.get_by_test_id("sales-upload").set_input_files(empty)
    expect(page.locator(".fault")).to_have_text("This file is empty (0 bytes).")
    page.context.clear_cookies(name="sales_session")
    full = tmp_path / "full.csv"
    full.write_text("a,b\n")
    page.get_by_test_id("sales-upload").set_input_files(full)
    expect(page.locator(".fault")).to_contain_text("your session is over")
    # The browser itself notes each refusal.
    assert [fault for fault in faults if "status of 4" not in fault] == []
    faults.clear()
    wait(page)
