"""Headers are read into concepts: joined, misspelt and other words for one thing read alike."""

import pytest

from pipeline.ingestion.header_meaning import Reader, compare
from pipeline.ingestion.header_words import CONCEPTS, IMPLIED, LONGEST_PHRASE, WEAK

READER = Reader(["کد لاین"])


@pytest.mark.parametrize(
    ("header", "concepts"),
    [
        ("شماره فاکتور", {"code", "invoice"}),
        ("ش.صورت حساب", {"code", "invoice"}),
        ("شماره‌صورت‌حساب", {"code", "invoice"}),
        ("InvoiceNo", {"code", "invoice"}),
        ("شماره", {"number"}),
        ("کد کالاها", {"code", "product"}),
        ("تاریخ فاکتور", {"date"}),
        ("تاریخ پیش‌فاکتور", {"date", "preinvoice"}),
        ("جمع کل قبل از کسر تخفیف (ریال)", {"before_discount"}),
        ("قیمت واحد کالا", {"price"}),
        ("تعداد در هر کارتن", {"quantity", "per_carton"}),
        ("تخفیف٪ نقدی", {"discount", "percent", "cash"}),
        ("کد لاین", {"code", "?لاین"}),
        ("", set()),
    ],
)
def test_a_header_is_read_into_concepts(header: str, concepts: set[str]) -> None:
    assert READER.read(header).strong == concepts


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("فاکتر", "invoice"), ("مشتر", "customer"), ("نقذی", "cash"), ("فروشندد", "salesperson")],
)
def test_a_misspelt_word_is_put_right_and_counted(misspelt: str, meant: str) -> None:
    meaning = READER.read(misspelt)
    assert (meaning.strong, meaning.corrected) == ({meant}, 1)


@pytest.mark.parametrize("word", ["مشترک", "تاریخچه", "فیش", "نقدینگی", "x9", "آسمان"])
def test_another_word_is_not_taken_for_a_misspelt_one(word: str) -> None:
    meaning = READER.read(word)
    assert meaning.corrected == 0
    assert all(concept.startswith("?") for concept in meaning.strong)


def test_a_word_on_one_side_alone_is_named_and_costs_the_match() -> None:
    likeness = compare(READER.read("درصد تخفیف نقدی"), READER.read("تخفیف نقدی"))
    assert likeness.score < 0.5
    assert likeness.differing == "درصد"
    assert compare(READER.read("تخفیف"), READER.read("تخفیف نقدی")).differing == "نقدی"


def test_weak_words_cost_little_and_nothing_in_common_scores_nothing() -> None:
    alike = compare(READER.read("جمع کل قابل پرداخت"), READER.read("قابل پرداخت"))
    assert 0.9 < alike.score < 1
    assert compare(READER.read("مبلغ کل"), READER.read("مبلغ واحد")).score == 0
    assert compare(READER.read("مبلغ"), READER.read("مبلغ")).score == 0


def test_the_lists_of_words_agree_with_each_other() -> None:
    known = set(CONCEPTS.values())
    assert known >= WEAK
    assert IMPLIED.keys() <= known
    assert set().union(*IMPLIED.values()) <= known
    assert LONGEST_PHRASE == 4
    assert READER.read("قبل از کسر تخفیف").strong == {"before_discount"}
