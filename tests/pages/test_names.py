"""What codes are called on the screen: sources, senders, browsers, what whole-load rules found."""

from __future__ import annotations

import pytest

from pages.frame.formats import Formats
from pages.frame.names import actor_name, browser_name, found_text, source_title
from pages.frame.preferences import Preferences
from tests.karamad import Desk
from tests.pages.conftest import OpenPage, words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"  # noqa: E501


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (f"{WINDOWS} Chrome/130.0.0.0 Safari/537.36", "⁨Chrome⁩ on ⁨Windows⁩"),
        (f"{WINDOWS} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "⁨Edge⁩ on ⁨Windows⁩"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
         "⁨Firefox⁩ on ⁨Linux⁩"),
        ("Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) "
         "SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36",
         "⁨Samsung Internet⁩ on ⁨Android⁩"),
        (f"{PHONE} Version/18.0 Mobile/15E148 Safari/604.1", "⁨Safari⁩ on ⁨iPhone⁩"),
        (f"{PHONE} CriOS/130.0 Mobile/15E148 Safari/604.1", "⁨Chrome⁩ on ⁨iPhone⁩"),
        ("curl/8.5.0", "⁨curl/8.5.0⁩"),
        ("x" * 60, "⁨" + "x" * 40 + "…⁩"),
        ("", "⁨⁩"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(agent: str, said: str) -> None:
    assert browser_name(agent, "en") == said


@pytest.mark.parametrize(
    ("code", "value", "english", "persian"),
    [
        ("ROW_COUNT_DRIFT", "5000 → 800", "from ⁦5,000⁩ to ⁦800⁩ lines", "از ⁦۵٬۰۰۰⁩ به ⁦۸۰۰⁩ سطر"),
        ("TOTAL_DRIFT", "85000000000 → 1.5", "from ⁦85⁩ bn rial to ⁦2⁩ rial",
         "از ⁦۸۵⁩ میلیارد ریال به ⁦۲⁩ ریال"),
        ("NULL_RATE_DRIFT", "کد: مشتری: 1.0% → 40.5%",
         "empty cells of “⁨کد: مشتری⁩”: from ⁦1%⁩ to ⁦40.5%⁩",
         "خانه‌های خالی «⁨کد: مشتری⁩»: از ⁦۱٪⁩ به ⁦۴۰٫۵٪⁩"),
        ("MISSING_DAYS", "1403-05-03, 1403-05-04",
         "⁦2⁩ days without a line: ⁨1403/05/03⁩, ⁨1403/05/04⁩",
         "⁦۲⁩ روز بی‌سطر: ⁨۱۴۰۳/۰۵/۰۳⁩، ⁨۱۴۰۳/۰۵/۰۴⁩"),
        ("RECONCILIATION_GAP", "lines -1, amount +2.0000",
         "⁦−1⁩ lines and ⁦2⁩ rial without a place", "⁦−۱⁩ سطر و ⁦۲⁩ ریال بی‌جا"),
        ("INVALID_NUMERIC", "5000 → 800", None, None),
        ("ROW_COUNT_DRIFT", "nonsense", None, None),
        ("MISSING_DAYS", "12", None, None),
        ("TOTAL_DRIFT", None, None, None),
    ],
)  # fmt: skip
def test_what_a_rule_finds_of_a_whole_load_is_a_sentence(
    code: str, value: str | None, english: str | None, persian: str | None
) -> None:
    assert found_text(Formats(Preferences(language="en")), code, value, "IRR") == english
    assert found_text(Formats(Preferences(language="fa")), code, value, "IRR") == persian


def test_sources_and_senders_have_names() -> None:
    assert source_title("karamad", "fa") == "کارآمد" and source_title("karamad", "en") == "Karamad"
    assert source_title("gone", "fa") == "gone" and source_title(None, "en") == ""
    assert actor_name("cli", "fa") == "خط فرمان" and actor_name("سارا", "fa") == "⁨سارا⁩"
    assert actor_name(None, "en") == ""


@pytest.mark.parametrize(("page", "address"), [("load", {"load": "1"}), ("loads", {})])
def test_a_load_from_the_terminal_shows_no_code(
    open_page: OpenPage, desk: Desk, page: str, address: dict[str, str]
) -> None:
    desk.publish([{}])
    said = words(open_page(page, address=address))
    assert "خط فرمان" in said and "⁨cli⁩" not in said
    assert "⁨karamad⁩" not in said


def test_a_drift_stands_in_the_list_with_its_unit(open_page: OpenPage, desk: Desk) -> None:
    june = {"system_date": "1403/04/10", "reference_date": "1403/04/10"}
    desk.publish([{**june, "invoice_id": str(number)} for number in range(9)], period="1403-04")
    desk.load([{}], period="1403-05")
    issue = desk.value("select issue_id from dq_issues where rule_code = 'ROW_COUNT_DRIFT'")
    page = open_page("issues", language="en", address={"issue": str(issue)})
    assert "from \u20669\u2069 to \u20661\u2069 lines" in words(page)
