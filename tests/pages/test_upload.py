"""Upload: a file that came in, how it is understood, its run, and what became of it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]
from streamlit.testing.v1 import AppTest

from pages.widgets.reading import sure_share
from pipeline.contracts import read_mapping
from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.submit import submit_file, submit_recheck
from pipeline.overview import read_overview
from pipeline.settings import ROOT, Settings, get_settings
from pipeline.uploads import begin_upload, find_upload
from tests.karamad import HEADERS, SOURCE, Cells, Desk, Layout, line_text
from tests.pages.conftest import OpenPage, words
from tests.test_jobs import workers_of

Hand = Callable[..., str]
ODD = Layout(renamed={HEADERS["net_amount"]: "خالص نهایی سند"})
ODD_AT = ODD.names.index("net_amount")


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings of a house whose uploads lie in a folder of this test's own."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


@pytest.fixture
def hand(var: Settings) -> Hand:
    """Hands a file in as the upload route does; gives its token."""

    def handed(path: Path, user: str = "sara") -> str:
        data = path.read_bytes()
        arrival = begin_upload(var, path.name, user, len(data))
        arrival.write(data)
        return arrival.finish(len(data)).token

    return handed


def opened(open_page: OpenPage, token: str, **address: str) -> AppTest:
    return open_page("upload", role="uploader", language="en", address={"file": token, **address})


def labelled(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def test_the_start_shows_where_to_drop_and_what_follows(open_page: OpenPage) -> None:
    said = words(open_page("upload", role="uploader", language="en"))
    assert "Drop the file" in said and "See what was understood" in said


def test_a_file_is_shown_as_it_is_understood(open_page: OpenPage, desk: Desk, hand: Hand) -> None:
    desk.publish([{}, {"invoice_id": "1002"}])
    page = opened(open_page, hand(desk.file([{"customer_id": "C9"}])))
    said = words(page)
    assert "All \u206661\u2069 headers are understood." in said and "in doubt" not in said
    assert "Compared with load \u20661\u2069" in said and "\u2066-50%\u2069" not in said
    assert "\u2066\u221250%\u2069" in said
    assert "By its lines: Mordad 1403" in page.selectbox[0].options
    assert "Load \u20661\u2069 is published for Mordad 1403" in said
    assert not page.exception and not page.error


def test_days_outside_the_month_are_named_apart(
    open_page: OpenPage, desk: Desk, hand: Hand
) -> None:
    desk.publish([{}])
    strays = [{"reference_date": day, "invoice_id": day} for day in ("1403/03/01", "1450/06/31")]
    said = words(opened(open_page, hand(desk.file([{}, {"invoice_id": "9"}, *strays]))))
    day = "\u20661403/05/12\u2069"
    assert f'class="number">{day} – {day}</td>' in said
    assert (
        "\u20662\u2069 lines are dated outside Mordad 1403"
        " (\u20661403/03/01\u2069 – \u20661450/06/31\u2069)"
    ) in said
    said = words(opened(open_page, hand(desk.file([{"invoice_id": "10"}]))))
    assert "dated outside" not in said and "within its limits" in said
    said = words(opened(open_page, hand(desk.file([{}, {"invoice_id": "9"}, strays[0]]))))
    assert "One line is dated outside Mordad 1403 (\u20661403/03/01\u2069)" in said


def test_first_values_are_whole_each(open_page: OpenPage, desk: Desk, hand: Hand) -> None:
    names = ["برنج کد 56", "ماست کد 11"]
    lines = [{"product_name": name, "invoice_id": name[-2:]} for name in names]
    said = words(opened(open_page, hand(desk.file(lines))))
    parts = [f'<bdi class="sales-part">\u2068{name}\u2069</bdi>' for name in names]
    assert " · ".join(parts) in said


@pytest.mark.parametrize(
    ("broken", "said_of_it"),
    [
        (0, ""),
        (1, " · one line does not fit; the run names it"),
        (3, " · \u20663\u2069 lines do not fit; the run names them"),
    ],
)
def test_lines_that_do_not_fit_the_encoding_are_said(
    open_page: OpenPage, desk: Desk, hand: Hand, broken: int, said_of_it: str
) -> None:
    # Surrogates are written as the bytes that they stand for, which no UTF-8 has.
    lines = [{"invoice_id": f"x{at}", "city": "\udcff"} for at in range(broken)]
    sound: list[Cells] = [{"invoice_id": str(at)} for at in range(400)]
    said = words(opened(open_page, hand(desk.file([*sound, *lines]))))
    assert re.search(rf"\u2069 sure{said_of_it}<", said)


def test_rounding_makes_no_encoding_wholly_sure() -> None:
    shares = {(share, unfit): sure_share(share, unfit) for share, unfit in
              ((1.0, 0), (1.0, None), (1.0, 3), (0.99996, 0), (0.95, 3))}  # fmt: skip
    assert list(shares.values()) == [1.0, 1.0, 0.999, 0.999, 0.95]


def test_running_hands_the_file_over_and_shows_its_job(
    open_page: OpenPage, desk: Desk, hand: Hand, var: Settings
) -> None:
    token = hand(desk.file([{}]))
    page = labelled(opened(open_page, token), "Run")
    job = desk.row("select job_id, state, requested_by, load_id from app.jobs")
    assert (job["state"], job["requested_by"]) == ("waiting", "sara")
    assert page.query_params["job"] == str(job["job_id"]) and "file" not in page.query_params
    assert find_upload(var, token, "sara") is None
    assert "no worker is there" in page.warning[0].value
    # What a worker will run waits for nobody.
    overview = read_overview(desk.url)
    assert overview.counts["unfinished"] == 0 and not overview.waiting
    # On another day, without the address: the job is found again where files are handed in.
    assert "file\\_1\\.csv" in words(open_page("upload", role="uploader", language="en"))
    assert "file\\_1\\.csv" in words(open_page("loads", role="uploader", language="en"))
    page = labelled(page, "Cancel")
    assert desk.value("select state from app.jobs") == "cancelled"
    page = labelled(page, "Run again")
    assert desk.value("select count(*) from app.jobs where state = 'waiting'") == 1


def test_a_header_that_is_not_known_is_given_its_column_in_one_click(
    open_page: OpenPage, desk: Desk, hand: Hand
) -> None:
    token = hand(desk.file([{}], ODD))
    page = opened(open_page, token)
    run = next(button for button in page.button if button.label == "Run")
    assert "قابل پرداخت" in page.error[0].value and run.disabled
    page.selectbox(key=f"column_{ODD_AT}_None").select("net_amount").run()
    assert page.query_params["map"] == f"{ODD_AT}.net_amount"
    assert not page.error
    labelled(page, "Run")
    kept = desk.row("select version, author from app.mappings where source_system = %s", SOURCE)
    assert kept == {
        "version": read_mapping(ROOT / "config", SOURCE).version + 1,
        "author": "sara",
    }
    assert desk.value("select count(*) from app.jobs") == 1


def test_a_change_that_is_not_possible_is_said_and_taken_back(
    open_page: OpenPage, desk: Desk, hand: Hand
) -> None:
    at = Layout().names.index("customer_id")
    page = opened(open_page, hand(desk.file([{}])), map=f"{at}.net_amount~x")
    assert "own" in page.error[0].value or "very header" in page.error[0].value
    assert "“\u2068map\u2069=\u2068x\u2069” in the address" in words(page)
    page = labelled(page, "Take the changes back")
    assert not page.error and "map" not in page.query_params
    assert desk.value("select count(*) from app.mappings") == 0


def test_what_is_no_table_is_refused_with_what_to_do(
    open_page: OpenPage, desk: Desk, hand: Hand, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"\x00\xff" * 500)
    page = opened(open_page, hand(path))
    assert "PDF" in page.error[0].value
    assert "Nothing of this file was stored" in words(page)
    assert desk.value("select count(*) from raw.loads") == 0


def test_a_wrong_reading_can_be_left_again(open_page: OpenPage, desk: Desk, hand: Hand) -> None:
    page = opened(open_page, hand(desk.file([{}])), encoding="no-such", header_line="900")
    assert page.error and not page.exception
    assert "Read again" in [button.label for button in page.button]


def test_the_same_bytes_name_the_first_receipt(open_page: OpenPage, desk: Desk, hand: Hand) -> None:
    path = desk.file([{}])
    desk.load(path, user="reza")
    page = opened(open_page, hand(path))
    assert "load \u20661\u2069, from \u2068reza\u2069" in page.warning[0].value
    said = words(page)
    assert "adds nothing and makes no other load" in said
    assert "becomes a draft" not in said and "comes beside" not in said
    page = labelled(page, "Run")
    assert desk.value("select count(*) from raw.loads") == 1
    assert desk.value("select count(*) from app.jobs") == 0
    assert page.query_params["done"] == "1" and "nothing new was stored" in words(page)


@pytest.mark.attack("another's id")
def test_another_persons_file_is_not_shown(open_page: OpenPage, desk: Desk, hand: Hand) -> None:
    for token in (hand(desk.file([{}]), user="reza"), "../../etc/passwd", "0" * 32):
        page = opened(open_page, token)
        assert "no longer here" in page.info[0].value and not page.exception


def test_who_called_a_job_off_is_said(open_page: OpenPage, desk: Desk) -> None:
    load = desk.load([{}])
    job = submit_recheck(desk.url, desk.settings, load.load_id, user="sara").job_id
    assert job is not None
    cancel_job(desk.url, job, "reza <b>")
    page = open_page("upload", language="en", address={"job": str(job)})
    assert "reza" in page.info[0].value and "nothing is lost" in words(page)
    page = open_page("upload", language="en", address={"job": "99"})
    assert "There is no job 99" in page.error[0].value


def test_a_file_without_a_month_can_be_given_one(
    open_page: OpenPage, desk: Desk, hand: Hand
) -> None:
    path = desk.file([{"system_date": "", "reference_date": ""}])
    submitted = submit_file(desk.url, desk.settings, path, source=SOURCE, user="sara")
    with workers_of(desk) as workers:
        workers.finish()
    address = {"job": str(submitted.job_id)}
    page = open_page("upload", role="uploader", language="en", address=address)
    page.text_input(key="month_of_1").input("1403-05").run()
    page = labelled(page, "Run again")
    asked = desk.row("select asked ->> 'period' as period, state from app.jobs where job_id = 2")
    assert asked == {"period": "1403-05", "state": "waiting"}


def test_a_workbook_is_read_from_the_sheet_that_is_picked(
    open_page: OpenPage, desk: Desk, hand: Hand, tmp_path: Path
) -> None:
    path = tmp_path / "ماه.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, lines in (("first", 3), ("second", 1)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, Layout().headers)
            for row in range(lines):
                sheet.write_row(row + 1, 0, next(csv.reader([line_text({})])))
    page = opened(open_page, hand(path))
    assert ">\u2068first\u2069<" in words(page) and not page.error
    page = opened(open_page, hand(path), sheet="second")
    assert ">\u2068second\u2069<" in words(page)
    page = opened(open_page, hand(path), sheet="third")
    assert "third" in page.error[0].value and not page.exception


def test_a_file_that_was_not_run_is_found_again_by_whoever_handed_it_in(
    open_page: OpenPage, desk: Desk, hand: Hand, var: Settings
) -> None:
    first, second = hand(desk.file([{}])), hand(desk.file([{"customer_id": "C9"}]))
    other = hand(desk.file([{}]), user="reza")
    # Each page is a session of its own: a reload, another tab, another day.
    for name in ("upload", "home"):
        page = open_page(name, role="uploader", language="en")
        said = words(page)
        assert "Files you handed in and have not run" in said
        assert "file\\_1\\.csv" in said and "file\\_2\\.csv" in said
        assert "file\\_3\\.csv" not in said, "another person's file"
    page = page.button(key=f"discard_{first}").click().run()
    assert "file\\_1\\.csv" not in words(page) and "file\\_2\\.csv" in words(page)
    assert find_upload(var, first, "sara") is None
    assert find_upload(var, other, "reza") is not None
    labelled(opened(open_page, second), "Run")
    assert "have not run" not in words(open_page("upload", role="uploader", language="en"))


def test_a_steward_who_handed_nothing_in_sees_no_list(open_page: OpenPage, hand: Hand) -> None:
    assert "have not run" not in words(open_page("home", language="en"))


def test_where_no_header_is_known_the_source_is_asked_for_and_not_guessed(
    open_page: OpenPage, hand: Hand, tmp_path: Path
) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("qwe,zxc,vbn\n1403/05/01,12,x\n1403/05/02,13,y\n", encoding="utf-8")
    page = opened(open_page, hand(path))
    assert "which system it comes from" in page.warning[0].value
    assert "mapping version" not in words(page)
    assert "Run" not in [button.label for button in page.button]
    page = labelled(page, "Karamad")
    assert page.query_params["source"] == "karamad"
    assert "Karamad" in words(page) and "which system it comes from" not in words(page)
