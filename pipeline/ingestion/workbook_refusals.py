"""The words in which a workbook is refused: each code with its sentence in Persian and English.

The reading child sends a code and values, never sentences: what a hostile file makes it say can
therefore not reach a screen as text of ours.
"""

from __future__ import annotations

from typing import Any

from pipeline.errors import RefusedFile

_SENTENCES: dict[str, tuple[str, str]] = {
    "WORKBOOK_UNKNOWN": (
        "این فایل کاربرگ اکسل نیست. آن را در اکسل باز کنید و با قالب xlsx یا CSV ذخیره کنید.",
        "This file is not a workbook. Open it in Excel and save it as xlsx or CSV.",
    ),
    "WORKBOOK_PASSWORD": (
        "فایل رمز دارد و خوانده نشد. رمز را در اکسل بردارید، ذخیره کنید و دوباره بارگذاری کنید.",
        "The workbook is protected by a password. Remove it in Excel, save, and upload again.",
    ),
    "WORKBOOK_DAMAGED": (
        "فایل اکسل آسیب دیده یا ناقص است. آن را دوباره از سامانه بگیرید یا در اکسل تعمیر کنید.",
        "The workbook is damaged or incomplete. Export it again, or repair and save it in Excel.",
    ),
    "WORKBOOK_BOMB": (
        "محتوای فشرده‌ی این فایل به اندازه‌ای غیرعادی باز می‌شود و برای ایمنی خوانده نشد. "
        "خروجی را دوباره از سامانه بگیرید.",
        "The compressed content of this file grows out of all proportion, so it was not read. "
        "Export it again from its source.",
    ),
    "WORKBOOK_TOO_LARGE": (
        "فایل از حد مجاز بزرگ‌تر است ({what_fa}: بیش از {limit}). داده‌ها را در چند فایل جدا کنید.",
        "The workbook is over the limit ({what}: more than {limit}). Split it into several files.",
    ),
    "WORKBOOK_SPARSE": (
        "برگه‌ی «{sheet}» تقریباً خالی است ولی تا سطر {row} و ستون {column} کشیده شده است. "
        "سلول‌های دورافتاده را پاک کنید و دوباره ذخیره کنید.",
        "Sheet “{sheet}” is nearly empty but reaches row {row}, column {column}. "
        "Delete the stray cells and save it again.",
    ),
    "WORKBOOK_UNSAFE_XML": (
        "در این فایل دستورهای XML ناایمن هست و خوانده نشد. آن را در اکسل از نو ذخیره کنید.",
        "The workbook carries unsafe XML declarations and was not read. Save it anew in Excel.",
    ),
    "WORKBOOK_NO_SHEET": (
        "برگه‌ی «{sheet}» در این فایل نیست. برگه‌ای از فهرست انتخاب کنید.",
        "There is no sheet “{sheet}” in this workbook. Choose one from the list.",
    ),
    "WORKBOOK_NO_DATA": (
        "در این فایل هیچ برگه‌ی داده‌ای نیست.",
        "There is no worksheet in this workbook.",
    ),
    "WORKBOOK_MEMORY": (
        "خواندن این فایل بیش از حافظه‌ی مجاز می‌خواهد. آن را با قالب xlsx یا CSV ذخیره کنید "
        "یا در چند فایل جدا کنید.",
        "Reading this workbook needs more memory than allowed. Save it as xlsx or CSV, "
        "or split it into several files.",
    ),
    "WORKBOOK_TIMEOUT": (
        "خواندن این فایل بیش از زمان مجاز طول کشید. آن را با قالب CSV ذخیره کنید.",
        "Reading this workbook took longer than allowed. Save it as CSV and upload that.",
    ),
    "WORKBOOK_READER_DIED": (
        "این فایل خوانده نشد: برنامه‌ی خواننده از کار افتاد. چیزی ذخیره نشد. "
        "فایل را در اکسل از نو ذخیره کنید یا CSV بدهید.",
        "This workbook could not be read: its reader stopped. Nothing was kept. "
        "Save the file anew in Excel, or give CSV.",
    ),
}

_WHAT_FA = {
    "parts": "بخش‌های فایل",
    "bytes": "بایت",
    "sheets": "برگه",
    "styles": "قالب سلول",
    "rows": "سطر",
    "columns": "ستون",
    "bytes in a cell": "بایت در یک سلول",
    "bytes in a row": "بایت در یک سطر",
    "bytes of text": "بایت متن",
}

_REMARKS: dict[str, tuple[str, str]] = {
    "MACROS_IGNORED": ("ماکروهای فایل اجرا نشد.", "Macros in the file were ignored."),
    "EXTERNAL_LINKS_IGNORED": (
        "پیوند به فایل‌های دیگر دنبال نشد؛ آخرین مقدار ذخیره‌شده خوانده شد.",
        "Links to other files were not followed; the values stored last were read.",
    ),
    "EMBEDDED_FILES_IGNORED": (
        "فایل‌های گنجانده‌شده در کاربرگ خوانده نشد.",
        "Files embedded in the workbook were not read.",
    ),
    "FORMATS_NOT_READ": (
        "در xls و xlsb صفرهای ابتدایی که فقط نمایش‌اند و خطاهای فرمول (مانند #N/A) "
        "خوانده نمی‌شوند. اگر کدها صفر ابتدایی دارند xlsx بدهید.",
        "In xls and xlsb, leading zeros that are display only and formula errors (such as #N/A) "
        "cannot be read. Give xlsx if codes begin with zeros.",
    ),
    "HIDDEN_ROWS_READ": (
        "سطرهای پنهان برگه هم خوانده شد.",
        "Hidden rows of the sheet were read as well.",
    ),
    "FORMULAS_WITHOUT_VALUE": (
        "بعضی فرمول‌ها مقدار ذخیره‌شده ندارند و خالی خوانده شدند. فایل را در اکسل باز و ذخیره کنید.",
        "Some formulas have no stored value and were read as empty. Open and save it in Excel.",
    ),
}

CODES = frozenset(_SENTENCES)
REMARKS = frozenset(_REMARKS)


def refusal(code: str, **values: Any) -> RefusedFile:
    """The refusal `code` with its sentences filled; raises KeyError for a code not listed here."""
    fa, en = _SENTENCES[code]
    if "what" in values:
        fa = fa.replace("{what_fa}", _WHAT_FA[values["what"]])
    return RefusedFile(code, fa=fa, en=en, **values)


def remark_text(code: str, language: str) -> str:
    """The sentence of remark `code` in `language` ("fa" or "en"); KeyError for an unknown code."""
    fa, en = _REMARKS[code]
    return fa if language == "fa" else en
