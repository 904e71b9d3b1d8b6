"""The kinds of files that are refused: first bytes, stable code, what it is and what to do."""

from dataclasses import dataclass

from pipeline.errors import RefusedFile

_AGAIN_FA = "خروجی را از سامانه به شکل CSV یا Excel (xlsx) بگیرید و همان را بدهید."
_AGAIN_EN = "Export the data as CSV or Excel (xlsx) and give that file."


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: stable code, what it is and what to do, in two languages."""

    code: str
    fa: str
    en: str
    advice_fa: str = _AGAIN_FA
    advice_en: str = _AGAIN_EN

    def refusal(self, **values: str | int) -> RefusedFile:
        """Make the error a user is shown; `values` fill the texts."""
        return RefusedFile(
            self.code,
            fa=f"{self.fa} {self.advice_fa}".format(**values),
            en=f"{self.en} {self.advice_en}".format(**values),
            where=None,
            **values,
        )


EMPTY = FileKind("EMPTY_FILE", "فایل خالی است.", "The file is empty.")
BLANK = FileKind(
    "NO_TEXT_IN_FILE",
    "در فایل جز خط و فاصلهٔ خالی چیزی نیست.",
    "The file holds nothing but blanks and line ends.",
)
TOO_LARGE = FileKind(
    "FILE_TOO_LARGE",
    "حجم فایل {size} بایت است و حد مجاز {limit} بایت.",
    "The file has {size} bytes, the limit is {limit} bytes.",
    "آن را به چند ماه بخش کنید یا از مدیر سامانه بخواهید حد را بالا ببرد.",
    "Split it by month, or ask the administrator to raise the limit.",
)
PDF = FileKind("FILE_IS_PDF", "این فایل PDF است، نه جدول.", "This is a PDF document, not a table.")
PROGRAM = FileKind(
    "FILE_IS_PROGRAM",
    "این فایل یک برنامهٔ اجرایی است و باز نشد.",
    "This is an executable program; it was not opened.",
    "آن را اجرا نکنید و به مدیر سامانه خبر دهید.",
    "Do not run it, and tell the administrator.",
)
IMAGE = FileKind("FILE_IS_IMAGE", "این فایل تصویر است.", "This is an image.")
ARCHIVE = FileKind(
    "FILE_IS_ARCHIVE",
    "این فایل فشرده ({name}) است.",
    "This is a compressed archive ({name}).",
    "آن را باز کنید و فایل درونش را بدهید.",
    "Unpack it and give the file inside.",
)
BROKEN_ZIP = FileKind(
    "FILE_IS_DAMAGED",
    "این فایل zip یا Excel ناقص است؛ شاید کامل منتقل نشده باشد.",
    "This zip or Excel file is damaged; perhaps it was not copied whole.",
    "آن را دوباره کپی کنید یا خروجی را دوباره بگیرید.",
    "Copy it again, or export it again.",
)
DOCUMENT = FileKind(
    "FILE_IS_DOCUMENT",
    "این فایل سند {name} است، نه جدول.",
    "This is a {name} document, not a table.",
)
LOCKED = FileKind(
    "FILE_HAS_PASSWORD",
    "این فایل Office رمز دارد و خوانده نمی‌شود.",
    "This Office file is protected by a password and cannot be read.",
    "رمز آن را در Excel بردارید، ذخیره کنید و دوباره بدهید.",
    "Remove the password in Excel, save it and give it again.",
)
OLE_OTHER = FileKind(
    "FILE_IS_DOCUMENT",
    "این فایل سند قدیمی Office است ولی کارپوشهٔ Excel نیست.",
    "This is an old Office file, but no Excel workbook.",
)
HTML = FileKind(
    "FILE_IS_HTML",
    "این فایل صفحهٔ وب (HTML) است، هرچند نامش چیز دیگری بگوید.",
    "This is a web page (HTML), whatever its name says.",
    "آن را در Excel باز کنید، «Save As» را بزنید، xlsx یا CSV UTF-8 را برگزینید و آن را بدهید.",
    "Open it in Excel, choose Save As, xlsx or CSV UTF-8, and give that file.",
)
XML = FileKind(
    "FILE_IS_XML",
    "این فایل XML است، نه جدول متنی.",
    "This is an XML file, not a delimited table.",
    HTML.advice_fa,
    HTML.advice_en,
)
JSON = FileKind("FILE_IS_JSON", "این فایل JSON است، نه جدول.", "This is a JSON file, not a table.")
BINARY = FileKind(
    "FILE_IS_BINARY",
    "این فایل متن نیست و شکل آن شناخته نشد.",
    "This file is no text, and its kind is not known.",
)

MAGIC: tuple[tuple[bytes, FileKind, str], ...] = (
    (b"%PDF-", PDF, ""),
    (b"MZ", PROGRAM, ""),
    (b"\x7fELF", PROGRAM, ""),
    (b"\xca\xfe\xba\xbe", PROGRAM, ""),
    (b"\xcf\xfa\xed\xfe", PROGRAM, ""),
    (b"#!", PROGRAM, ""),
    (b"\x89PNG\r\n", IMAGE, ""),
    (b"\xff\xd8\xff", IMAGE, ""),
    (b"GIF8", IMAGE, ""),
    (b"BM", IMAGE, ""),
    (b"II*\x00", IMAGE, ""),
    (b"MM\x00*", IMAGE, ""),
    (b"\x1f\x8b", ARCHIVE, "gzip"),
    (b"BZh", ARCHIVE, "bzip2"),
    (b"\xfd7zXZ\x00", ARCHIVE, "xz"),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE, "7z"),
    (b"Rar!\x1a\x07", ARCHIVE, "rar"),
    (b"\x28\xb5\x2f\xfd", ARCHIVE, "zstd"),
    (b"{\\rtf", DOCUMENT, "RTF"),
    (b"SQLite format 3\x00", DOCUMENT, "SQLite"),
    (b"PAR1", DOCUMENT, "Parquet"),
)
