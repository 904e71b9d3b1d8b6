"""Where on a page one is: what is opened begins at its top, and Back leads to where one was."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, wait
from tests.karamad import Desk

PLACE = "document.querySelector('[data-testid=stMain]').scrollTop"


def wrong(number: int) -> dict[str, str]:
    return {"invoice_id": str(number), "gross_amount": "90", "net_amount": "100"}


def scroll_to(page: Page, place: int) -> int:
    page.evaluate(f"{PLACE} = {place}")
    return int(page.evaluate(PLACE))


def test_an_issue_far_down_opens_at_its_top_and_back_returns_to_it(
    open_browser: Open, desk: Desk
) -> None:
    desk.load([wrong(number) for number in range(40)])
    page = open_browser("/issues", language="en", height=700)
    page.locator(".sales-open").nth(38).scroll_into_view_if_needed()
    place = int(page.evaluate(PLACE))
    assert place > 700
    page.locator(".sales-open").nth(38).click()
    expect(page.get_by_role("button", name="Back to the list")).to_be_in_viewport()
    wait(page)
    assert page.evaluate(PLACE) == 0
    page.go_back()
    expect(page.locator(".sales-open").nth(38)).to_be_in_viewport()
    expect(page.locator(".sales-open").nth(38)).to_be_visible()
    page.wait_for_function(f"Math.abs({PLACE} - {place}) < 3")


def test_another_page_begins_at_the_top_and_a_filter_stays_where_it_is(
    open_browser: Open, desk: Desk
) -> None:
    desk.publish([wrong(number) for number in range(3)])
    page = open_browser("/load?load=1", language="en", height=500)
    page.get_by_role("link", name="Download the original").scroll_into_view_if_needed()
    assert page.evaluate(PLACE) > 300
    page.get_by_text("Other steps").click()
    page.get_by_role("button", name="Void").click()
    expect(page.get_by_text("takes its figures out of every KPI")).to_be_visible()
    assert page.evaluate(PLACE) > 100, "what unfolds in the page moves nobody away from it"
    page.get_by_role("link", name="Run stats").first.click()
    expect(page.get_by_role("heading", name="Run stats")).to_be_in_viewport()
    assert page.evaluate(PLACE) == 0


def test_the_way_back_leads_to_the_list_as_it_was_left(open_browser: Open, desk: Desk) -> None:
    desk.publish([wrong(number) for number in range(3)])
    page = open_browser("/loads?state=published", language="en")
    page.get_by_role("link", name="Open load").click()
    page.get_by_role("link", name="Back to “Loads”").click()
    expect(page.get_by_role("heading", name="Loads", exact=True)).to_be_visible()
    assert "state=published" in page.url
    page.goto(page.url.split("/loads")[0] + "/line?load=1&line=2")
    page.get_by_role("link", name="Back to “Lines”").click()
    expect(page.get_by_role("heading", name="Lines", exact=True)).to_be_visible()
    assert "from=1403-05" in page.url, "never seen before, the list opens at the line's own month"


def test_a_figure_of_home_leads_to_its_page_with_its_month(open_browser: Open, desk: Desk) -> None:
    desk.publish([{}])
    page = open_browser("/", role="manager", language="en")
    page.locator(".sales-card", has_text="Returns").click()
    expect(page.get_by_role("heading", name="Returns by product")).to_be_visible()
    assert "from=1403-05&to=1403-05" in page.url


def test_a_deep_address_asks_for_nothing_that_is_not_there(open_browser: Open, desk: Desk) -> None:
    """The browser notes every request that fails, on any page; one is enough to fail."""
    desk.publish([{}])
    page = open_browser("/net_sales?from=1403-05&to=1403-05", language="en")
    for path in (
        "/load?load=1",
        "/lines?from=1403-05",
        "/line?load=1&line=2",
        "/upload",
        "/issues",
    ):
        page.goto("/".join(page.url.split("/")[:3]) + path)
        wait(page)
        expect(page.locator("[data-testid=stMain] h1")).to_be_visible()
