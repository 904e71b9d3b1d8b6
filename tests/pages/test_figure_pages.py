"""Pages of figures: empty, filled, narrowed, bad addresses; what they say is what SQL says."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from pages.widgets.figure_address import figure_of, state_of
from pages.widgets.raw_text import direction_of, line_html
from pipeline.access.names import SAMPLE
from pipeline.db import close_readers, reading
from pipeline.errors import PipelineError, RefusedAction
from pipeline.kpi.facts import Figure, facts_total
from pipeline.kpi.filters import Filters
from pipeline.kpi.personal import MASK
from pipeline.kpi.sheets import export_figures
from pipeline.settings import Settings
from tests.conftest import new_database
from tests.karamad import SOURCE, Desk
from tests.kpi.shop import FACTS, Row, fill, sale
from tests.pages.conftest import SECONDS, OpenPage, draw_page, sit_down, words

PAGES = ("net_sales", "returns", "customers", "salespeople", "lines")
Opened = Callable[..., AppTest]


@pytest.fixture(scope="module")
def shop(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Months in which everything moves, one draft, two rejected lines."""
    settings = Settings(_env_file=None, database_url="", language="fa")  # type: ignore[call-arg]
    folder: Path = tmp_path_factory.mktemp("shop")
    with new_database(server_url) as url:
        desk = Desk(url, settings, folder)
        fill(desk)
        yield desk
        close_readers()


@pytest.fixture
def opened(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens a page over the shop: `opened("returns", to="1403-05")`."""

    def open_it(
        name: str, *, role: str = "steward", language: str = "en", **state: object
    ) -> AppTest:
        sit_down(monkeypatch, shop.url, role, language=language)
        page = AppTest.from_function(draw_page, kwargs={"name": name}, default_timeout=SECONDS)
        for key, value in state.items():
            page.query_params[key.rstrip("_")] = value  # type: ignore[assignment]
        page.run()
        assert not page.exception and not page.error, words(page)
        return page

    return open_it


def hrefs(page: AppTest, to: str) -> list[dict[str, list[str]]]:
    """Where links of a page lead, by their parameters."""
    found = re.findall(rf'href="(/{to}\?[^"]*)"', words(page))
    return [parse_qs(urlsplit(unescape(link)).query, keep_blank_values=True) for link in found]


def cards_of(said: str) -> str:
    """The cards of a page alone."""
    return "".join(re.findall(r'<div class="sales-cards">.*?</div></div>', said))


def test_before_anything_is_published_a_page_says_what_is_missing(open_page: OpenPage) -> None:
    page = open_page("net_sales", role="manager")
    assert "هنوز ماهی منتشر نشده است" in words(page)
    assert not page.exception and not page.error


@pytest.mark.parametrize("name", PAGES)
def test_each_page_says_how_many_lines_are_refused_behind_it(opened: Opened, name: str) -> None:
    said = words(opened(name, language="fa", from_="1402-06", to="1403-06"))
    assert "sales-table" in said
    once = "\u2066۲\u2069 سطر ردشده (\u2066۳\u2069 بار)"
    assert once in said and said.index(once) < said.index("sales-cards")
    assert "سطر ردشده<" not in cards_of(said)


def test_one_line_of_one_load_is_said_so(opened: Opened) -> None:
    said = words(opened("net_sales", from_="1403-06", to="1403-06"))
    assert "one line rejected (one load)" in said
    assert "\u20661\u2069 loads" not in said and "\u20661\u2069 rejected lines" not in said


def test_what_joins_a_month_and_its_file_is_said(desk: Desk, open_page: OpenPage) -> None:
    strays = [sale("1403-06", 3, "early", 2), sale("1403-06", 4, "earlier", 5)]
    desk.publish([sale("1403-05", 4, "own", 30), *strays], "1403-05")
    desk.publish([sale("1403-06", 4, "own"), sale("1403-05", 9, "late", 3)], "1403-06")

    def said(month: str, **more: str) -> str:
        address = {"from": month, "to": month, **more}
        return words(open_page("net_sales", role="manager", language="en", address=address))

    may = said("1403-05")
    assert "From files of other months: \u2066150\u2069 rial in one line." in may
    assert "elsewhere: \u2066350\u2069 rial in \u20662\u2069 lines of this month’s file" in may
    june = said("1403-06")
    assert "From files of other months: \u2066350\u2069 rial in \u20662\u2069 lines." in june
    # Filters narrow the figures, and what joins them to a file with all its lines.
    assert "files of other months:" not in said("1403-05", city="تهران")
    address = {"from": "1403-05", "to": "1403-06"}
    both = words(open_page("net_sales", role="manager", language="en", address=address))
    assert "files of other months:" not in both


@pytest.mark.parametrize("name", PAGES)
def test_nonsense_in_the_address_is_said_and_not_obeyed(opened: Opened, name: str) -> None:
    page = opened(
        name, source="nobody", from_="1403-13", to="x", sort="; drop", order="sideways",
        page="-1", after="a.b", day="1403-12-99", type="GIFT", month="never", by="colour",
    )  # fmt: skip
    said = words(page)
    assert "nobody" in said and "1403-13" in unmarked(said)
    assert "sales-table" in said


@pytest.mark.parametrize("name", PAGES)
def test_what_fits_nothing_says_so_and_what_to_do(opened: Opened, name: str) -> None:
    said = words(opened(name, from_="1402-06", to="1403-06", city="<b>نیست</b>"))
    assert "No line fits this question" in said
    assert "<b>نیست" not in said


def test_a_backward_range_is_mended_and_said(opened: Opened) -> None:
    page = opened("net_sales", from_="1403-06", to="1403-05")
    assert page.selectbox(key="ask_from").value == "1403-05"
    assert "1403-06" in unmarked(words(page))


def test_net_sales_stand_beside_the_month_before_and_a_year_before(opened: Opened) -> None:
    # 1402-06: 150 + 50; 1403-05: 33 pieces sold, 2 back, and late lines; 1403-06: 4 sold, 1 back.
    said = words(opened("net_sales", from_="1403-06", to="1403-06"))
    assert "against Mordad 1403" in said
    assert "\u2066−25%\u2069 against a year before" in said
    assert "\u2066150\u2069 rial" in said  # 3 + 1 - 1 pieces at 50: net
    assert "one line rejected" in said


def test_stray_lines_are_no_month_to_compare_with(desk: Desk, open_page: OpenPage) -> None:
    strays = [sale("1403-04", 3, "late"), sale("1403-06", 3, "early"), sale("1402-05", 3, "old")]
    desk.publish([sale("1403-05", 4, "own", 30), *strays], "1403-05")

    def said(first: str, last: str) -> str:
        address = {"from": first, "to": last}
        return words(open_page("net_sales", role="manager", language="en", address=address))

    own, stray, months = (
        said("1403-05", "1403-05"),
        said("1403-06", "1403-06"),
        said("1402-01", "1403-12"),
    )
    assert "the month before is not published" in own
    assert "over ten times" not in own + stray + months and "against" not in own
    assert "only lines of other months’ files" in stray and "%" not in cards_of(stray)
    rows = months.partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")
    marked = [re.findall(r"\w+ \d{4}", row)[0] for row in rows if "only lines of other" in row]
    assert marked == ["Shahrivar 1403", "Tir 1403", "Mordad 1402"]


def test_every_link_of_net_sales_leads_to_lines_that_sum_up_to_its_figure(
    opened: Opened, shop: Desk
) -> None:
    page = opened("net_sales", from_="1402-06", to="1403-06", branch="B2")
    said = words(page)
    links = re.findall(
        r'<a class="sales-in" href="(/lines\?[^"]*)">\u2066([−\d,]+)\u2069</a>', said
    )
    assert len(links) > 8
    with reading(shop.url) as connection:
        for link, shown in links:
            state = parse_qs(urlsplit(unescape(link)).query, keep_blank_values=True)
            figure = figure_of(lambda name, state=state: state.get(name, []))  # type: ignore[misc]
            totals = facts_total(connection, figure)
            number = int(shown.replace(",", "").replace("−", "-"))
            assert number in (totals.net_amount, totals.returns_amount, totals.line_count), link


def test_lines_are_the_facts_of_the_figure_with_their_sum(opened: Opened, shop: Desk) -> None:
    page = opened("lines", from_="1403-05", to="1403-06", salesperson="S2", type="SALE")
    facts: list[Row] = [
        fact for fact in shop.rows(FACTS)
        if fact["salesperson_id"] == "S2" and fact["sign"] == 1
        and "1403-05" <= fact["jalali_month"] <= "1403-06"
    ]  # fmt: skip
    assert set(places(page)) == {(fact["load_id"], fact["line_no"]) for fact in facts}
    net = sum(fact["net_amount"] for fact in facts)
    assert f"\u2066{net:,.0f}\u2069 rial" in words(page)


def test_lines_turn_page_by_page_and_show_each_once(
    opened: Opened, shop: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.lines.ROWS", 4)
    page = opened("lines", from_="1402-06", to="1403-06")
    seen = places(page)
    while any(button.label == "Next page" for button in page.button):
        next(button for button in page.button if button.label == "Next page").click().run()
        seen += places(page)
    assert len(seen) == len(set(seen)) == len(shop.rows(FACTS))


def test_rankings_are_sorted_by_their_headings(opened: Opened) -> None:
    page = opened("customers", from_="1402-06", to="1403-06", sort="returns_amount", order="down")
    customers = [s["customer"][0] for s in hrefs(page, "lines") if "customer" in s]
    assert customers[0] == "C1"
    assert asked(page, "sort") == ["returns_amount"]
    sorts = hrefs(page, "customers")
    assert {s["order"][0] for s in sorts if s["sort"] == ["returns_amount"]} == {"up"}


def test_returns_show_money_pieces_and_lines(opened: Opened) -> None:
    said = words(opened("returns", from_="1403-06", to="1403-06"))
    # P4 came back (50) and was never sold: no rate.
    assert re.search(r"P4.*?\u206650\u2069.*?–", said, re.S)


def test_names_of_customers_are_for_those_who_may_see_them(opened: Opened) -> None:
    assert "فروشگاه بهار (C1)" in words(opened("customers", role="steward"))
    hidden = words(opened("customers", role="manager"))
    assert "فروشگاه بهار" not in hidden and "••• (C1)" in hidden


def test_a_filter_is_kept_from_page_to_page(opened: Opened) -> None:
    page = opened("net_sales", from_="1402-06", to="1403-05")
    page.multiselect(key="ask_city").set_value(["قم", ""]).run()
    assert asked(page, "city") == ["قم", ""]
    assert "Cities: \u2068قم\u2069, Not known" in words(page)
    for name in ("returns", "customers", "salespeople", "lines"):
        (link,) = hrefs(page, name)[:1]
        assert link["city"] == ["قم", ""] and link["to"] == ["1403-05"]
    next(button for button in page.button if button.label == "Clear filters").click().run()
    assert "city" not in page.query_params


def test_a_changed_month_never_leaves_a_backward_range(opened: Opened) -> None:
    page = opened("net_sales", from_="1403-05", to="1403-05")
    page.selectbox(key="ask_from").set_value("1403-06").run()
    assert asked(page, "to") == ["1403-06"]


def test_a_line_shows_its_text_cells_reading_and_issues(opened: Opened, shop: Desk) -> None:
    page = opened("line", load="3", line="12")  # the line without a product
    said = words(page)
    assert "rejected" in said and "This line is in no figure" in said
    assert "کد کالا" in said and "file_3.csv" in unmarked(said)
    assert line_text(said) in (shop.folder / "file_3.csv").read_text("utf-8").splitlines()
    assert '<pre class="sales-text" dir="rtl">' in said
    (shown, *_) = re.findall(r"<pre.*?</pre>", said, re.DOTALL)
    assert re.findall("<mark.*?</mark>", shown) == ['<mark class="bad"><bdi></bdi></mark>']


def line_text(said: str) -> str:
    """The text of the line that a page shows, without its marks."""
    found = re.search(r'<pre class="sales-text"[^>]*>(.*?)</pre>', said, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]*>", "", found[1]))


def test_the_text_of_a_line_runs_as_the_headers_of_its_file() -> None:
    assert direction_of(["کد", "City", "شهر", None, "61"]) == "rtl"
    assert direction_of(["InvoiceNo", "Country"]) == "ltr"
    html = line_html("12,<b>,نام 5", [(0, 2), (3, 6), (7, 12)], {1: "wait"}, "rtl")
    assert html == (
        '<pre class="sales-text" dir="rtl"><code><bdi>12</bdi>,'
        '<mark class="wait"><bdi>&lt;b&gt;</bdi></mark>,<bdi>نام 5</bdi></code></pre>'
    )
    # Where cells cannot be told apart, the text stands as it is.
    assert ">a,&quot;b<" in line_html('a,"b', (), {0: "bad"}, "ltr")


def test_whoever_may_not_see_names_sees_the_other_cells(opened: Opened) -> None:
    page = opened("line", role="manager", load="3", line="2")
    said = words(page)
    assert "•••" in line_text(said) and "گلستان" in line_text(said)
    assert "فروشگاه بهار" not in said and "•••" in said
    assert "P1" in said


def test_a_line_that_is_not_there_is_said_so(
    shop: Desk, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No line is chosen" in words(opened("line"))
    sit_down(monkeypatch, shop.url, "manager", language="en")
    page = AppTest.from_function(draw_page, kwargs={"name": "line"}, default_timeout=SECONDS)
    page.query_params["load"], page.query_params["line"] = "3", "4711"
    page.run()
    assert "has no line 4711" in page.error[0].value


def test_an_address_and_its_figure_are_the_same_both_ways() -> None:
    asked = Filters(SOURCE, "1403-05", "1403-06", cities=("قم", None), products=("P1",))
    state = state_of(Figure(asked, None, "RETURN"))
    as_lists = {k: [v] if isinstance(v, str) else v for k, v in state.items()}
    assert figure_of(lambda name: as_lists.get(name, [])) == Figure(asked, None, "RETURN")
    with pytest.raises(PipelineError, match="day"):
        figure_of(lambda name: {**as_lists, "day": ["1403-12-99"]}.get(name, []))


def places(page: AppTest) -> list[tuple[int, int]]:
    """Load and number of the lines that a page lists, each once."""
    links = [(int(s["load"][0]), int(s["line"][0])) for s in hrefs(page, "line")]
    return list(dict.fromkeys(links))


def asked(page: AppTest, name: str) -> list[str]:
    """Values of a parameter in the page's address."""
    found = page.query_params[name]
    return [found] if isinstance(found, str) else list(found)


def unmarked(text: str) -> str:
    """Text as it reads: without the marks that keep markdown from obeying it."""
    return text.replace("\\", "")


@pytest.mark.parametrize("what", ["months", "days", "branches", "cities", "brands", "returns"])
def test_a_sheet_of_figures_sums_up_to_the_facts(shop: Desk, tmp_path: Path, what: str) -> None:
    figure = Figure(Filters(SOURCE, "1403-05", "1403-06"))
    export_figures(shop.url, what, figure, out := tmp_path / f"{what}.csv")
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    with reading(shop.url) as connection:
        assert sum(Decimal(row["net_amount"]) for row in rows) == (
            facts_total(connection, figure).net_amount
        )


def test_sheets_of_people_and_lines_hold_every_row(
    shop: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.kpi.sheets.PAGE", 2)
    figure = Figure(Filters(SOURCE, "1402-06", "1403-06"))
    facts = shop.rows(FACTS)
    assert export_figures(shop.url, "lines", figure, tmp_path / "lines.xlsx") == len(facts)
    out = tmp_path / "customers.csv"
    export_figures(shop.url, "customers", figure, out, sort=("net_amount", False))
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    assert {row["customer_id"] for row in rows} == {fact["customer_id"] for fact in facts}
    assert {row["customer_name"] for row in rows} == {MASK}
    amounts = [Decimal(row["net_amount"]) for row in rows]
    assert amounts == sorted(amounts)


def test_a_sheet_too_long_for_one_file_is_refused(
    shop: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.kpi.sheets.MOST_LINES", 5)
    figure = Figure(Filters(SOURCE, "1402-06", "1403-06"))
    with pytest.raises(RefusedAction, match="too many"):
        export_figures(shop.url, "lines", figure, tmp_path / "lines.csv")
    assert list(tmp_path.iterdir()) == []


def test_names_keep_their_half_space(desk: Desk, open_page: OpenPage) -> None:
    """As the file has it; an address that was written without it finds it all the same."""
    name, brand = "شیر ۱ میلی\u200cلیتر", "زرین\u200cخوشه"
    desk.publish([{"product_name": name, "brand": brand}])
    address = {"brand": brand.replace("\u200c", "")}
    page = open_page("returns", role="manager", language="fa", address=address)
    assert not page.exception
    assert name in unescape(words(page))
    assert [select.value for select in page.multiselect if select.key == "ask_brand"] == [[brand]]


def test_figures_say_which_invented_months_they_hold(open_page: OpenPage, desk: Desk) -> None:
    june = {"system_date": "1403/04/10", "reference_date": "1403/04/10"}
    may = {"system_date": "1403/02/10", "reference_date": "1403/02/10"}
    desk.publish([{**may, "invoice_id": "7"}], period="1403-02")
    desk.publish([june], period="1403-04", user=SAMPLE)
    desk.publish([{}], user=SAMPLE)
    line = "Tir 1403 to Mordad 1403: invented sample months"
    for name in PAGES:
        assert line in words(open_page(name, role="manager", language="en")), name
    one = {"from": "1403-05", "to": "1403-05"}
    said = words(open_page("net_sales", language="en", address=one))
    assert "against Tir 1403 (sample)" in said
    own = {"from": "1403-02", "to": "1403-03"}
    assert "invented" not in words(open_page("net_sales", language="en", address=own))
    one = {"from": "1403-01", "to": "1403-04"}
    assert "\nتیر ۱۴۰۳: ماه‌های نمونه" in words(open_page("net_sales", address=one))
