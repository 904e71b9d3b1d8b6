"""The way of an administrator in a real browser: let somebody in, see that it is told, end it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open, wait
from tests.karamad import Desk


def test_somebody_is_let_in_and_the_audit_tells_it(
    open_browser: Open, console: str, desk: Desk
) -> None:
    page = open_browser("/users", role="admin", language="en")
    page.get_by_label("Name", exact=True).fill("نیما راد")
    page.get_by_text("Manager", exact=True).last.click()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("One-time password of")).to_be_visible()
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text("One-time password of")).to_have_count(0)
    page.get_by_role("button", name="نیما راد").click()
    expect(page.get_by_role("heading", name="نیما راد")).to_be_visible()
    assert desk.value("select role from app.users where name = 'نیما راد'") == "manager"

    page.goto(f"{console}/audit?action=add_user&text=نیما")
    wait(page)
    expect(page.get_by_text("person added").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"127\.0\.0\.1\W+session")).first).to_be_visible()
    page.locator(".sales-open").first.click()
    expect(page.get_by_role("heading", name="person added")).to_be_visible()

    page.goto(f"{console}/health")
    wait(page)
    expect(page.get_by_text("PostgreSQL 18")).to_be_visible()
