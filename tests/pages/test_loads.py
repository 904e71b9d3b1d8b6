"""Loads: every file ever received, narrowed by the address, page by page."""

from __future__ import annotations

from pipeline.access.names import SAMPLE
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words


def names(said: str) -> list[str]:
    """Names of files in the order of the list; what is said twice by the harness counts once."""
    return list(dict.fromkeys(p.split("\u2069")[0] for p in said.split("<b>\u2068")[1:]))


def test_an_empty_house_shows_the_way_to_the_first_file(open_page: OpenPage) -> None:
    page = open_page("loads", language="en")
    assert "No file has come yet" in words(page) and not page.exception


def test_each_load_with_state_counts_and_sender(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{}, {"invoice_id": "1002", "quantity": "x"}])
    desk.load([{}], period="1403-05", user="reza")
    said = words(open_page("loads", language="en"))
    assert names(said) == ["file_2.csv", "file_1.csv"]
    assert "\u20662\u2069 lines, \u20661\u2069 rejected" in said and "reza" in said
    assert ">published<" in said and ">draft<" in said


def test_an_invented_load_is_marked_and_no_other(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{}], user=SAMPLE)
    said = words(open_page("loads", language="en"))
    assert '>draft</span> <span class="sales-tag">sample</span>' in said and "sample data" in said
    assert ">نمونه</span>" in words(open_page("loads")) and "دادهٔ نمونه" in words(
        open_page("loads")
    )
    load = words(open_page("load", language="en", address={"load": "1"}))
    assert ":gray-badge[sample]" in load
    desk.load([{"invoice_id": "2"}], user="reza")
    own = words(open_page("load", language="en", address={"load": "2"}))
    assert "badge[" not in own
    assert "sample</span>" not in words(open_page("loads", language="en", address={"text": "reza"}))


def test_the_address_narrows_the_list(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{}])
    desk.load([{"system_date": "1403/06/01", "reference_date": ""}], period="1403-06", user="reza")
    for address, expected in (
        ({"state": "draft"}, ["file_2.csv"]),
        ({"period": "1403-05"}, ["file_1.csv"]),
        ({"text": "REZA"}, ["file_2.csv"]),
        ({"text": "%"}, []),
        ({"before": "2"}, ["file_1.csv"]),
    ):
        page = open_page("loads", language="en", address=address)
        assert names(words(page)) == expected, address
    assert "No load fits" in words(open_page("loads", language="en", address={"text": "%"}))


def test_nonsense_in_the_address_is_said(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{}])
    page = open_page("loads", language="en", address={"state": "lost", "before": "-1"})
    said = set(words(page).splitlines())
    assert len([line for line in said if "in the address is not known" in line]) == 2
    assert not page.exception and not page.error


def test_a_long_list_is_turned_page_by_page(open_page: OpenPage, desk: Desk) -> None:
    for number in range(22):
        desk.rows(
            "with load as (insert into raw.loads (source_system, file_name, file_size, sha256,"
            " received_by) values ('karamad', %s, 1, %s, 'cli') returning load_id)"
            " insert into app.load_states (load_id, source_system)"
            " select load_id, 'karamad' from load returning load_id",
            f"f{number:02d}.csv",
            f"{number}".encode(),
        )
    page = open_page("loads", language="en")
    assert len(names(words(page))) == 20 and "\u206622\u2069 loads" in words(page)
    page = page.button[0].click().run()
    assert names(words(page)) == ["f01.csv", "f00.csv"]


def test_a_name_of_a_file_is_text_and_nothing_else(open_page: OpenPage, desk: Desk) -> None:
    path = desk.file([{}]).rename(desk.folder / "<img src=x onerror=alert(1)>.csv")
    desk.load(path)
    said = words(open_page("loads"))
    assert "&lt;img src=x" in said and "<img src=x" not in said
