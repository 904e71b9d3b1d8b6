"""Workbooks made for tests, part by part, so that each fault in them is ours and known."""

import struct
import zipfile
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    return (
        f'{DECLARATION}{before}<worksheet xmlns="{MAIN}">'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def workbook_xml(names: list[str], *, before: str = "", properties: str = "") -> str:
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
    )
    return (
        f'{DECLARATION}{before}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f"{properties}<sheets>{sheets}</sheets></workbook>"
    )


def xlsx_parts(
    sheet: str, *, strings: str | None = None, workbook: str | None = None
) -> dict[str, str | bytes]:
    """The parts of a one-sheet xlsx; `strings` and `workbook` replace the parts of that name."""
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{main}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" '
            f'Target="worksheets/sheet1.xml"/><Relationship Id="rIdS" '
            f'Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        ),
        "xl/workbook.xml": workbook or workbook_xml(["Sheet1"]),
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
        "xl/worksheets/sheet1.xml": sheet,
    }


def write_zip(path: Path, parts: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_xlsx(path: Path, rows: str, **given: str) -> Path:
    return write_zip(path, xlsx_parts(sheet_xml(rows), **given))


def write_ods(path: Path, tables: str, *, styles: str = "", before: str = "") -> Path:
    """An ods workbook whose content.xml holds `tables` (table:table elements) and `styles`."""
    name = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(
        f'xmlns:{short}="{name}{short}:1.0"' for short in ("office", "table", "text", "style")
    )
    content = (
        f"{DECLARATION}{before}<office:document-content {spaces}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        f"</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:x"/>'
    return write_zip(
        path, {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}
    )


def _record8(kind: int, payload: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(payload)) + payload


def xls_stream(cells: list[tuple[int, int, str | float]], *, locked: bool = False) -> bytes:
    """A BIFF8 stream of one sheet with text (LABEL) and number cells at (row, column), from 0."""
    begin = _record8(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6))
    lock = _record8(0x2F, bytes(54)) if locked else b""
    name = b"\x05\x00Sales"
    globals_size = len(begin) + len(lock) + 4 + 6 + len(name) + 4
    bound = _record8(0x85, struct.pack("<IH", globals_size, 0) + name)
    body = bytearray(_record8(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6)))
    for row, column, value in cells:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
            body += _record8(0x204, place + text)
        else:
            body += _record8(0x203, place + struct.pack("<d", value))
    return begin + lock + bound + _record8(0x0A) + body + _record8(0x0A)


def write_ole(path: Path, streams: dict[str, bytes]) -> Path:
    """An OLE compound file of 512-byte sectors; each stream is padded over the mini cutoff."""
    free, end, fat_sector = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    fat, data, entries = [fat_sector, end], b"", []
    for name, content in streams.items():
        padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
        first, count = len(fat), len(padded) // 512
        fat += [*range(first + 1, first + count), end]
        data += padded
        entries.append(_ole_entry(name, 2, first, len(padded)))
    root = _ole_entry("Root Entry", 5, end, 0, child=1)
    directory = (root + b"".join(entries)).ljust(512, b"\0")
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    path.write_bytes(header + struct.pack("<128I", *fat) + directory + data)
    return path


def _ole_entry(name: str, kind: int, first: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    none = 0xFFFFFFFF
    links = struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", first, size)


def _record12(kind: int, payload: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(payload), b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
        size >>= 7
        if not size:
            return head + length + payload


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def write_xlsb(path: Path, cells: list[tuple[int, int, str | float]]) -> Path:
    """An xlsb of one sheet with inline text and real numbers at (row, column), from 0."""
    book = _record12(131) + _record12(143)
    book += _record12(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Sales"))
    book += _record12(144) + _record12(132)
    last_row, last_column = max(c[0] for c in cells), max(c[1] for c in cells)
    sheet = bytearray(_record12(129))
    sheet += _record12(148, struct.pack("<IIII", 0, last_row, 0, last_column))
    sheet += _record12(145)
    row = -1
    for at, column, value in cells:
        if at != row:
            sheet += _record12(0, struct.pack("<III5xI", at, 0, 300, 0))
            row = at
        place = struct.pack("<II", column, 0)
        if isinstance(value, str):
            sheet += _record12(6, place + _wide(value))
        else:
            sheet += _record12(5, place + struct.pack("<d", value))
    sheet += _record12(146) + _record12(130)
    types = f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.bin" ' + (
        'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>'
    )
    relations = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" ' + (
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return write_zip(
        path,
        {
            "[Content_Types].xml": types,
            "xl/_rels/workbook.bin.rels": relations,
            "xl/workbook.bin": book,
            "xl/worksheets/sheet1.bin": bytes(sheet),
        },
    )
