"""From a figure in a real browser down to the text of the line, with the numbers of SQL."""

from __future__ import annotations

import csv
import io

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, wait
from tests.karamad import Desk
from tests.kpi.shop import sale

PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")
LONG = {"product_name": "<b>شکر</b> $x$ `y` https://example.org", "product_id": "P9"}


def fill(desk: Desk) -> None:
    desk.publish([sale("1403-04", 3, "1", 2), sale("1403-04", 9, "2", 1)], "1403-04")
    desk.publish(
        [sale("1403-05", 2, "1", 4, city="شیراز"), sale("1403-05", 4, "2", 3, **LONG),
         sale("1403-05", 5, "3", 1, product_id="")],
        "1403-05",
    )  # fmt: skip


def follow(page: Page, name: str) -> None:
    page.locator("a.sales-in", has_text=name).first.click()


def test_from_a_figure_to_the_line_of_the_file_in_persian(open_browser: Open, desk: Desk) -> None:
    fill(desk)
    (month,) = desk.rows(
        "select net_amount from kpi.kpi_net_sales_month where jalali_month = '1403-05'"
    )
    net = f"{month['net_amount']:,.0f}".translate(PERSIAN)
    page = open_browser("/net_sales", role="manager")
    expect(page.locator("[data-testid=stPlotlyChart]")).to_be_visible()
    expect(page.locator("[data-testid=stVegaLiteChart]")).to_have_count(2)
    expect(page.get_by_text("یک سطر ردشده (").first).to_be_visible()

    page.evaluate("window.stayed = true")
    follow(page, net)
    expect(page.get_by_role("heading", name="سطرها")).to_be_visible()
    assert "from=1403-05&to=1403-05" in page.url
    expect(page.locator(".sales-card .figure").first).to_contain_text(net)

    page.locator('a.sales-in[href="/line?load=2&line=3"]').first.click()
    expect(page.get_by_role("heading", name="یک سطر")).to_be_visible()
    raw = page.locator(".st-key-raw_line code")
    expect(raw).to_contain_text(LONG["product_name"])
    assert page.evaluate("window.stayed"), "the tab was loaded anew"

    for name in ("سطرها", "فروش خالص"):
        page.go_back()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="سطرها", exact=True)).to_be_visible()
    expect(page.locator(".sales-card .figure").first).to_contain_text(net)
    page.go_back()
    expect(page.get_by_role("heading", name="فروش خالص", exact=True)).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("[data-testid=stSidebarContent]")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_bar_and_a_download_in_english(open_browser: Open, desk: Desk) -> None:
    fill(desk)
    page = open_browser("/returns?from=1403-05&to=1403-05", role="manager", language="en")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(started.value.path().read_text("utf-8-sig"))))
    sold = desk.rows(
        "select product_id, sum(net_amount) as net from canonical.sales"
        " where jalali_month = '1403-05' group by product_id"
    )
    assert {r["product_id"]: int(r["sales_amount"]) for r in rows} == {
        r["product_id"]: r["net"] for r in sold
    }

    page.goto(page.url.split("/returns")[0] + "/net_sales?by=cities&from=1403-05&to=1403-05")
    wait(page)
    chart = page.locator(".st-key-cities_chart_box [data-testid=stVegaLiteChart]")
    chart.locator("path[aria-roledescription=bar]").first.click()
    expect(page.get_by_role("heading", name="Lines", exact=True)).to_be_visible()
    expect(page.locator(".sales-card .figure").first).to_contain_text("200")


def test_a_press_on_a_month_opens_its_lines_and_one_press_of_back_returns(
    open_browser: Open, desk: Desk
) -> None:
    fill(desk)
    page = open_browser("/net_sales", role="manager", language="en")
    part = page.locator("link[rel=prefetch]").get_attribute("href")
    assert part is not None and page.evaluate("async (part) => (await fetch(part)).ok", part)
    steps = page.evaluate("history.length")
    bars = page.locator(".st-key-months_chart_box .barlayer .point path")
    expect(bars).to_have_count(2)
    place = bars.last.bounding_box()
    assert place is not None
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.get_by_role("heading", name="Lines", exact=True)).to_be_visible()
    assert "from=1403-05&to=1403-05" in page.url
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    expect(page.get_by_role("heading", name="Net sales", exact=True)).to_be_visible()
    expect(bars).to_have_count(2)


def test_a_filter_of_several_parts_is_one_step_back(open_browser: Open, desk: Desk) -> None:
    fill(desk)
    page = open_browser("/issues?load=2&severity=ERROR&column=x&q=a", role="steward", language="en")
    steps = page.evaluate("history.length")
    before = page.url
    page.get_by_role("button", name="Clear filter").first.click()
    expect(page).not_to_have_url(before)
    wait(page)
    assert page.evaluate("history.length") == steps + 1
    page.go_back()
    expect(page).to_have_url(before)
