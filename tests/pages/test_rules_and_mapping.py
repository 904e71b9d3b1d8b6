"""Rules in words and made stricter with a reason; versions of a mapping and their differences."""

from __future__ import annotations

import json

import pytest

from pipeline.mappings import import_mapping
from pipeline.quality.rule_settings import rule_catalogue
from pipeline.settings import ROOT
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words
from tests.pages.test_issues import flat, rows, wrong


def test_rules_are_found_by_words_and_severity(open_page: OpenPage, desk: Desk) -> None:
    desk.load([wrong(1), wrong(2)])
    page = open_page("rules", language="en", address={"text": "GROSS", "severity": "WARNING"})
    shown = {row["id"]: [cell["text"] for cell in row["cells"]] for row in rows(page)}
    assert "NET_MISMATCH" in shown and "INVALID_DATE" not in shown
    assert shown["GROSS_MISMATCH"][2:4] == ["Tolerance (rial): \u20661\u2069", "\u20662\u2069"]
    page.text_input(key="rules_text").input("no such rule").run()
    assert "No rule fits" in page.info[0].value


@pytest.mark.parametrize("code", ["ORPHAN_RETURN", "MISSING_COLUMN", "RAGGED_LINE"])
def test_every_kind_of_example_is_said_in_words(open_page: OpenPage, code: str) -> None:
    page = open_page("rules", language="en", address={"rule": code})
    said = words(page)
    assert not page.exception and not page.error
    assert "Finds" in said and "Leaves alone" in said and "Never changed" in said


def test_a_threshold_is_changed_with_a_reason(open_page: OpenPage, desk: Desk) -> None:
    page = open_page("rules", language="en", address={"rule": "PRICE_OUTLIER"})
    key = "rule_PRICE_OUTLIER_0"
    page.text_input(key=f"{key}_factor").input("۲٫۵")
    page.button[-1].click().run()
    assert "Write why" in page.error[0].value

    page.text_input(key=f"{key}_reason").input("prices rose <b>fast</b>")
    page.text_input(key=f"{key}_min_lines").input("half")
    page.button[-1].click().run()
    assert "'half' cannot be the threshold min_lines" in page.error[0].value.replace("\\", "")
    assert desk.value("select count(*) from dq.rule_settings") == 0

    page.text_input(key=f"{key}_min_lines").input("5")
    page.button[-1].click().run()
    assert not page.exception and not page.error and page.success
    state = next(
        s for s in rule_catalogue(desk.url, desk.settings) if s.rule.code == "PRICE_OUTLIER"
    )
    assert {n: float(v) for n, v in state.rule.thresholds.items()} == {
        "factor": 2.5,
        "min_lines": 5,
    }
    assert state.changes[0]["author"] == "sara"
    assert "fast" in words(page) and "<b>fast" not in words(page)


def test_an_uploader_reads_rules_and_changes_none(open_page: OpenPage) -> None:
    said = words(open_page("rules", role="uploader", address={"rule": "NET_MISMATCH"}))
    assert "تغییر این قانون" not in said and "نمونه‌ها" in said


def test_a_mapping_tells_what_a_version_changed(open_page: OpenPage, desk: Desk) -> None:
    text = (ROOT / "config" / "mapping_karamad.yml").read_text("utf-8")
    assert "There is one version" in words(open_page("mapping", language="en"))
    newer = desk.folder / "newer.yml"
    newer.write_text(
        text.replace("version: 1", "version: 2", 1).replace("header: شهر", "header: شهر مشتری", 1),
        "utf-8",
    )
    import_mapping(desk.url, desk.settings, "karamad", newer, author="omid", reason="<i>new</i>")
    page = open_page("mapping", language="en", address={"source": "karamad", "version": "9"})
    said = words(page)
    assert "is not known and was left out" in said and "What version \u20662\u2069 says" in said
    assert "شهر مشتری" in said and "&lt;i&gt;" not in json.dumps([e.type for e in flat(page.main)])
    assert [row["cells"][1]["text"] for row in rows(page)] == [
        "\u2068omid\u2069",
        "shipped with the product",
    ]
