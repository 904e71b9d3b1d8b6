"""What is no table is refused by its content, with what it is and what to do in two languages."""

import gzip
import io
import re
import struct
import zipfile

import pytest

from pipeline.errors import PipelineError, RefusedFile
from pipeline.ingestion import inspect_source, read_table
from pipeline.ingestion.refusals import refuse_unless_table
from tests.ingestion.files import rows, write

LIMIT = 10 << 20
TABLE = write(rows(20))
HTML = "<html><body><table><tr><td>کد</td></tr></table></body></html>"


def zipped(**entries: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def ole(*names: str) -> bytes:
    """The least of an OLE file: a header and one directory sector with these entries."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 0)
    directory = b""
    for name in ("Root Entry", *names):
        text = name.encode("utf-16-le") + b"\x00\x00"
        directory += text.ljust(64, b"\x00") + struct.pack("<H", len(text)) + bytes(62)
    return bytes(header) + directory.ljust(4096, b"\x00")


REFUSED = [
    ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "FILE_IS_PDF"),
    ("exe", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(200), "FILE_IS_PROGRAM"),
    ("elf", b"\x7fELF\x02\x01\x01" + bytes(100), "FILE_IS_PROGRAM"),
    ("script", b"#!/bin/sh\nrm -rf /\n", "FILE_IS_PROGRAM"),
    ("png", b"\x89PNG\r\n\x1a\n" + bytes(50), "FILE_IS_IMAGE"),
    ("jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "FILE_IS_IMAGE"),
    ("gzip", gzip.compress(TABLE), "FILE_IS_ARCHIVE"),
    ("7z", b"7z\xbc\xaf\x27\x1c" + bytes(30), "FILE_IS_ARCHIVE"),
    ("zip", zipped(data=TABLE), "FILE_IS_ARCHIVE"),
    ("docx", zipped(word__document=b"<xml/>"), "FILE_IS_DOCUMENT"),
    ("zip cut short", zipped(data=TABLE * 9)[:200], "FILE_IS_DAMAGED"),
    ("locked", ole("EncryptionInfo", "EncryptedPackage"), "FILE_HAS_PASSWORD"),
    ("word", ole("WordDocument"), "FILE_IS_DOCUMENT"),
    ("ole cut short", ole("Workbook")[:300], "FILE_IS_DOCUMENT"),
    ("html", HTML.encode(), "FILE_IS_HTML"),
    ("html in utf-16", b"\xff\xfe" + HTML.encode("utf-16-le"), "FILE_IS_HTML"),
    ("html with a mark", b"\xef\xbb\xbf\r\n  <!DOCTYPE html>" + HTML.encode(), "FILE_IS_HTML"),
    ("html without a mark", HTML.encode("utf-16-le"), "FILE_IS_HTML"),
    ("xml", b'<?xml version="1.0"?><Workbook></Workbook>', "FILE_IS_XML"),
    ("json", b'{"rows": [1, 2]}', "FILE_IS_JSON"),
    ("noise", bytes(i * 7919 % 256 for i in range(5000)), "FILE_IS_BINARY"),
    ("empty", b"", "EMPTY_FILE"),
    ("blank", b"\xef\xbb\xbf \r\n\r\n", "NO_TEXT_IN_FILE"),
]


@pytest.mark.parametrize(("name", "data", "code"), REFUSED, ids=[r[0] for r in REFUSED])
def test_no_table_is_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(RefusedFile) as caught:
        refuse_unless_table(io.BytesIO(data), LIMIT)
    assert caught.value.code == code
    assert re.search("[آ-ی]", caught.value.fa)
    assert caught.value.en.count(".") >= 2  # what it is, and what to do
    assert "{" not in caught.value.fa + caught.value.en


ACCEPTED = [
    ("csv", TABLE, "text"),
    ("utf-16", TABLE.decode().encode("utf-16"), "text"),
    ("utf-16 without a mark", TABLE.decode().encode("utf-16-be"), "text"),
    ("cp1256", "كد,نام\n1,شير\n".encode("cp1256"), "text"),
    ("one NUL", TABLE.replace(b",", b"\x00", 1), "text"),
    ("begins like a program", b"MZ code,BM\n1,2\n", "text"),
    ("begins like an image", b"BM,GIF8\n1,2\n", "text"),
    ("begins with a sign", b"#!no,b\n1,2\n", "text"),
    ("less than", b"<5,>5\n1,2\n", "text"),
    ("xlsx", zipped(xl__workbook_xml=b"x").replace(b"workbook_xml", b"workbook.xml"), "xlsx"),
    ("xlsb", zipped(xl__workbook_bin=b"x").replace(b"workbook_bin", b"workbook.bin"), "xlsb"),
    ("ods", zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "ods"),
    ("xls", ole("Workbook"), "xls"),
    ("old xls", ole("Book"), "xls"),
]


@pytest.mark.parametrize(("name", "data", "format_"), ACCEPTED, ids=[a[0] for a in ACCEPTED])
def test_tables_and_workbooks_are_told_by_content(name: str, data: bytes, format_: str) -> None:
    assert refuse_unless_table(io.BytesIO(data), LIMIT) == format_


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(RefusedFile) as caught:
        refuse_unless_table(io.BytesIO(TABLE), len(TABLE) - 1)
    assert caught.value.code == "FILE_TOO_LARGE"
    assert str(len(TABLE)) in caught.value.fa
    assert refuse_unless_table(io.BytesIO(TABLE), len(TABLE)) == "text"


def test_reading_refuses_by_itself_and_says_that_a_workbook_is_no_text() -> None:
    with pytest.raises(RefusedFile):
        inspect_source(io.BytesIO(b"%PDF-1.7"))
    workbook = io.BytesIO(ACCEPTED[9][1])
    assert inspect_source(workbook).format == "xlsx"
    with pytest.raises(PipelineError) as caught:
        list(read_table(workbook))
    assert caught.value.code == "NOT_DELIMITED_TEXT"
