"""Folding makes spellings of one word equal and keeps different words apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.transform.text import INVISIBLE, clean_cell, fold_digits, fold_header, fold_text

LETTERS = "ابپتکگیيكىةهآأإؤئءﻻﷲ۱۲٣٤ 123aBé"
MARKS = "\u0301\u064e\u0653\u0654\u200c\u200d\u200f\u0640\u00a0\t%٪_-.:"
PERSIAN = st.text(st.sampled_from(LETTERS + MARKS))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("\u200f ۱۲۳\u00a0", "۱۲۳"),
        ("\ufeffکد", "کد"),
        ("نرم\u200cافزار", "نرمافزار"),
        ("علی\u00a0رضا", "علی رضا"),
        ("\u202e-12\u202c", "-12"),
        (" \t\r\n", ""),
        ("ي ك", "ي ك"),
        ("", ""),
    ],
)
def test_a_cell_loses_only_what_cannot_be_seen(raw: str, cleaned: str) -> None:
    assert clean_cell(raw) == cleaned


def test_digits_of_both_scripts_become_ascii() -> None:
    assert fold_digits("۰۰۱۲٣٤56 کد") == "00123456 کد"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("مشتري", "مشتری"),
        ("كالا", "کالا"),
        ("دفعة", "دفعه"),
        ("آدرس", "ادرس"),
        ("أحمد إبراهیم", "احمد ابراهیم"),
        ("مسئول", "مسیول"),
        ("خانۀ", "خانه"),
        ("ۀ", "ه"),
        ("مبلـــغ", "مبلغ"),
        ("مُحَمَّد", "محمد"),
        ("پیش\u200cفاکتور", "پیشفاکتور"),
        ("نام\u00a0\u00a0کالا ", "نام کالا"),
        ("۱۲٣", "123"),
        ("\ufefb", "لا"),
        ("آ", "ا\u0653"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_spellings_of_one_text_fold_alike(one: str, other: str) -> None:
    assert fold_text(one) == fold_text(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("کد", "گد"), ("بار", "پار"), ("12", "1.2"), ("علی رضا", "علیرضا"), ("ABC", "abc")],
)
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert fold_text(one) != fold_text(other)


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("کُد_كالا", "کد کالا"),
        ("تاریخ (مرجع):", "تاریخ مرجع"),
        ("Invoice-No.", "invoice no"),
        ("تخفیف٪", "تخفیف درصد"),
        ("% تخفیف", "درصد تخفیف"),
        ("تخفیف۲", "تخفیف 2"),
        ("تعداد\r\nجزء", "تعداد جز"),
        ("«مبلغ»", "مبلغ"),
        (" - ", ""),
        ("", ""),
    ],
)
def test_a_header_folds_to_words(header: str, folded: str) -> None:
    assert fold_header(header) == folded


@given(PERSIAN)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert clean_cell(clean_cell(text)) == clean_cell(text)
    assert fold_text(fold_text(text)) == fold_text(text)
    assert fold_header(fold_header(text)) == fold_header(text)


@given(st.text(), st.sampled_from(INVISIBLE))
def test_an_invisible_character_never_changes_the_fold(text: str, mark: str) -> None:
    assert fold_text(mark.join(text)) == fold_text(text)


@given(st.text())
def test_any_text_folds_twice_to_the_same(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
    assert fold_header(fold_header(text)) == fold_header(text)
