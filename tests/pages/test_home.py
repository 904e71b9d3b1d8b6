"""Home: first steps when empty, what waits and the last month when filled, by role."""

from __future__ import annotations

import pytest

from pages.frame import database
from pipeline.access.names import SAMPLE
from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.submit import submit_file
from pipeline.months.locks import lock_month
from pipeline.publications import void
from tests.karamad import PERIOD, RETURN, SOURCE, Desk
from tests.pages.conftest import OpenPage, words


def test_an_empty_house_shows_the_first_steps(open_page: OpenPage) -> None:
    page = open_page("home", role="uploader")
    assert "هنوز داده‌ای نیست" in words(page)
    assert "فایل ماه را بفرستید" in words(page)
    assert not page.exception and not page.error


def test_every_figure_leads_to_where_it_comes_from(open_page: OpenPage, desk: Desk) -> None:
    desk.publish([{}])
    desk.load([{"invoice_id": ""}])
    steward = words(open_page("home", language="en"))
    month = "source=karamad&amp;from=1403-05&amp;to=1403-05"
    for way in (f"/net_sales?{month}", f"/returns?{month}", "/loads?state=draft",
                "/issues?order=money", "/load?load=2",
                "/issues?rule=MISSING_INVOICE_ID"):  # fmt: skip
        assert f'href="{way}"' in steward, way
    manager = words(open_page("home", role="manager", language="en"))
    assert f'href="/net_sales?{month}"' in manager
    assert "/loads" not in manager and "/issues" not in manager
    assert "What needs you" in steward and "What needs you" not in manager


def test_a_manager_is_not_asked_to_upload(open_page: OpenPage) -> None:
    said = words(open_page("home", role="manager", language="en"))
    assert "No month is published yet" in said
    assert "Hand in the month's file" not in said


def test_what_waits_is_counted_and_listed(open_page: OpenPage, desk: Desk) -> None:
    desk.load([{}, {"system_date": "1403/13/01", "reference_date": ""}])
    said = words(open_page("home", language="en"))
    assert "look at them and publish" in said
    assert "file_1.csv" in said
    assert ">draft<" in said
    assert "\u20661\u2069 rejected lines" in said


def test_jobs_at_work_are_shown_to_those_who_may_follow_them(
    open_page: OpenPage, desk: Desk
) -> None:
    assert "Jobs at work" not in words(open_page("home", language="en"))
    handed_in = submit_file(
        desk.url, desk.settings, desk.file([{}]), source=SOURCE, period=PERIOD, user="nima"
    )
    said = words(open_page("home", language="en"))
    assert "Jobs at work" in said
    assert "file\\_1\\.csv" in said
    assert "nima" in said
    assert "Jobs at work" not in words(open_page("home", role="manager", language="en"))
    assert handed_in.job_id is not None
    cancel_job(desk.url, handed_in.job_id, "nima")
    assert "Jobs at work" not in words(open_page("home", language="en"))


def test_the_last_month_stands_against_the_one_before(open_page: OpenPage, desk: Desk) -> None:
    june = {"system_date": "1403/04/10", "reference_date": "1403/04/10"}
    desk.publish([june], period="1403-04")
    desk.publish([{}, {"invoice_id": "1002"}, {"invoice_id": "1003", **RETURN}], period="1403-05")
    said = words(open_page("home", role="manager", language="en"))
    assert "Sales in Mordad 1403" in said
    # Net 110 + 110 - 110 as the month before; gross doubled; there was no return before.
    assert "\u2066110\u2069 rial" in said
    assert "\u2066+100%\u2069 against Tir 1403" in said
    assert "– against Tir 1403" in said
    assert "Drafts waiting" not in said


@pytest.mark.parametrize(("money", "shown"), [("rial", "۱۱۰"), ("toman", "۱۱")])
def test_money_follows_the_unit(open_page: OpenPage, desk: Desk, money: str, shown: str) -> None:
    desk.publish([{}])
    assert f"\u2066{shown}\u2069 {'ریال' if money == 'rial' else 'تومان'}" in words(
        open_page("home", money=money)
    )


def _samples(desk: Desk) -> None:
    june = {"system_date": "1403/04/10", "reference_date": "1403/04/10"}
    desk.publish([june], period="1403-04", user=SAMPLE)
    desk.publish([{}], user=SAMPLE)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Tir 1403 to Mordad 1403** – invented", "Sales in Mordad 1403 · sample"]),
        ("fa", ["تیر ۱۴۰۳ تا مرداد ۱۴۰۳** – ماه‌های نمونه", "فروش مرداد ۱۴۰۳ · نمونه"]),
    ],
)
def test_invented_months_say_what_they_are(
    open_page: OpenPage, desk: Desk, language: str, said: list[str]
) -> None:
    _samples(desk)
    desk.load([{"invoice_id": "9"}], user=SAMPLE)
    for role in ("manager", "uploader", "steward"):
        page = open_page("home", role=role, language=language)
        assert [text for text in said if text not in words(page)] == []
        assert ("samples_yes" in {button.key for button in page.button}) == (role == "steward")
    assert 'class="sales-tag">sample<' in words(open_page("home", language="en"))


def test_issues_of_invented_months_are_told_apart(open_page: OpenPage, desk: Desk) -> None:
    bad = {"invoice_id": "1002", "quantity": "abc"}
    desk.publish([{}, bad], user=SAMPLE)
    count = "select count(*) from dq.dq_issues where load_id = %s"
    invented = desk.value(count, 1)
    assert invented and "are the samples" in words(open_page("home", language="en"))
    own = desk.load([{"invoice_id": "7"}, {**bad, "invoice_id": "8"}])
    said = words(open_page("home", language="en"))
    assert f"\u2066{invented}\u2069 of the issues are the samples" in said
    assert f">\u2066{invented + desk.value(count, own.load_id)}\u2069<" in said
    void(desk.url, 1, "no longer wanted")
    assert "are the samples" not in words(open_page("home", language="en"))


def test_invented_months_leave_when_somebody_says_so_twice(open_page: OpenPage, desk: Desk) -> None:
    _samples(desk)
    desk.publish([{"invoice_id": "5"}], period="1403-05")
    page = open_page("home", language="en")
    assert "against Tir 1403 (sample)" in words(page), "one's own month beside an invented one"
    page.button(key="samples_yes").click().run()
    said = words(page)
    assert "The sample months are removed" in said and not page.exception
    assert "invented" not in said and "· sample" not in said
    assert "Sales in Mordad 1403" in said and "(sample)" not in said
    assert desk.rows(
        "select load_id, actor from app.publications where action = 'void' order by load_id"
    ) == [{"load_id": 1, "actor": "sara"}, {"load_id": 2, "actor": "sara"}]


def test_a_locked_month_keeps_the_invented_ones_and_says_so(
    open_page: OpenPage, desk: Desk
) -> None:
    _samples(desk)
    page = open_page("home", language="en")
    lock_month(desk.url, SOURCE, PERIOD, actor="omid", reason="reported")
    page.button(key="samples_yes").click().run()
    assert ["is locked by omid" in error.value for error in page.error] == [True]
    assert "invented sample months" in words(page)


def test_a_house_without_invented_months_says_nothing_of_them(
    open_page: OpenPage, desk: Desk
) -> None:
    desk.publish([{}])
    said = words(open_page("home", language="en"))
    assert "invented" not in said and "sample" not in said


def test_a_name_of_a_file_is_text_and_nothing_else(open_page: OpenPage, desk: Desk) -> None:
    path = desk.file([{}]).rename(desk.folder / "<img src=x onerror=alert(1)>.csv")
    desk.load(path)
    said = words(open_page("home"))
    assert "&lt;img src=x" in said
    assert "<img src=x" not in said


def test_a_database_that_is_away_is_said_without_a_traceback(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("home", language="en")
    monkeypatch.setattr(database, "url", lambda: "postgresql://nobody@127.0.0.1:1/none")
    page.run()
    assert [error.value for error in page.error] == [
        "The database cannot be reached just now. Nothing is lost."
    ]
    assert not page.exception
