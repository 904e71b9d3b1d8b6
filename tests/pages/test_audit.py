"""The audit page: who did what, narrowed by the address, one event with before and after."""

from __future__ import annotations

import pytest

from pages.widgets.audit_address import day_of, multi, read_filter
from pipeline.audit import tell
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words


@pytest.fixture
def told(desk: Desk) -> Desk:
    tell(desk.url, "sara", "receive", ("load", 1), {"file_name": "a<b>.csv"})
    tell(desk.url, "omid", "refuse", ("route", "/uploads\r\n"), {"status": 403})
    change = {"before": {"role": "uploader"}, "after": {"role": "admin"}}
    tell(desk.url, "sara", "change_user", ("user", 2), change)
    return desk


def listed(desk: Desk, open_page: OpenPage, **address: str) -> str:
    page = open_page("audit", role="admin", language="en", address=address)
    assert not page.exception and not page.error
    return words(page)


def test_it_is_the_administrators_alone(open_page: OpenPage, told: Desk) -> None:
    for role in ("uploader", "steward", "manager"):
        said = words(open_page("audit", role=role, language="en"))
        assert "not for your role" in said and "Head of the chain" not in said


def test_the_list_counts_and_the_address_narrows(open_page: OpenPage, told: Desk) -> None:
    listed(told, open_page)  # whoever looks is made, and stands in the chain too
    everything = told.value("select count(*) from app.audit_events")
    for address, count in (
        ({}, everything),
        ({"actor": "omid"}, 1),
        ({"action": "receive"}, 1),
        ({"kind": "user", "id": "2"}, 1),
        ({"text": "UPLOADS"}, 1),
        ({"to": "1400/01/01"}, 0),
        ({"from": "2020-01-01", "before": "2"}, everything),
    ):
        said = listed(told, open_page, **address).replace("**", "")
        assert f"\u2066{count}\u2069 of \u2066{everything}\u2069 events" in said, address
    assert "No event fits" in listed(told, open_page, actor="nobody at all")


def test_nonsense_in_the_address_is_said(open_page: OpenPage, told: Desk) -> None:
    said = listed(told, open_page, **{"from": "1403/13/01"})
    assert "in the address is not known" in said


def test_one_event_shows_before_and_after(open_page: OpenPage, told: Desk) -> None:
    event = str(told.value("select event_id from app.audit_events where action = 'change_user'"))
    said = listed(told, open_page, event=event)
    assert "What changed" in said and "uploader" in said and "admin" in said
    page = open_page("audit", role="admin", language="en", address={"event": "99999"})
    assert "There is no event" in page.error[0].value


def test_fields_and_values_of_an_event_are_in_words(open_page: OpenPage, told: Desk) -> None:
    facts = {
        "role": "manager", "active": True, "file_size": 2048, "source_system": "karamad",
        "rule_code": "INVALID_DATE", "created_at": "2026-11-23T08:19:40.636252+00:00",
        "received_by": "cli", "period": "1403-05", "strange": "x y",
    }  # fmt: skip
    tell(told.url, "cli", "set", ("rule", "INVALID_DATE"), facts)
    event = str(told.value("select max(event_id) from app.audit_events where action = 'set'"))
    said = words(open_page("audit", role="admin", address={"event": event}))
    for word in ("نقش", "مدیر", "بله", "کیلوبایت", "کارآمد", "تاریخ خوانا نیست", "۲ آذر ۱۴۰۵",
                 "خط فرمان", "مرداد ۱۴۰۳", "strange", "x y"):  # fmt: skip
        assert word in said, word
    assert 'title="karamad"' in said and "<bdi>created_at</bdi>" in said, "the code stands beside"


def test_names_in_an_event_are_text(open_page: OpenPage, told: Desk) -> None:
    event = str(told.value("select event_id from app.audit_events where action = 'receive'"))
    said = listed(told, open_page, event=event)
    assert "a&lt;b&gt;.csv" in said and "<b>.csv" not in said


def test_an_action_without_words_shows_its_code(open_page: OpenPage, told: Desk) -> None:
    tell(told.url, "sara", "fly_away", ("kite", 1))
    event = str(told.value("select max(event_id) from app.audit_events"))
    said = listed(told, open_page, event=event)
    assert "fly_away" in said and "kite" in said


def test_a_day_is_read_in_both_calendars_and_digits() -> None:
    for text in ("1405/09/02", "۱۴۰۵/۹/۲", " 2026-11-23 ", "1405-9-02"):
        assert str(day_of(text)) == "2026-11-23", text
    for text in ("", "1405/13/01", "1404/12/30", "02/09/1405", "2026-02-30", "x", "9999/99/99"):
        assert day_of(text) is None, text


def test_the_same_parameters_mean_the_same_to_page_and_sheet() -> None:
    wanted, unknown = read_filter(multi([("actor", "a"), ("actor", "b"), ("to", "2026-11-23")]))
    assert wanted.actors == ("a", "b") and unknown == []
    assert wanted.until is not None and wanted.until.isoformat() == "2026-11-23T20:30:00+00:00"
