"""Hostile, damaged and locked workbooks are refused in words, within 5 s and 512 MB."""

import io
import json
import os
import random
import signal
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.errors import RefusedFile
from pipeline.ingestion import workbook_child, workbook_process
from pipeline.ingestion.workbook import Limits, list_sheets, workbook_to_lines
from tests.ingestion.workbook_files import (
    MAIN,
    sheet_xml,
    workbook_xml,
    write_ods,
    write_ole,
    write_xlsb,
    write_xlsx,
    write_zip,
    xls_stream,
    xlsx_parts,
)

ROOT = Path(__file__).parents[2]
ONE_CELL = '<row r="1"><c r="A1"><v>1</v></c></row>'
CORNER = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a 'ha'>"
    + "".join(
        f"<!ENTITY {name} '{f'&{before};' * 10}'>"
        for before, name in zip("abcdefgh", "bcdefghi")  # noqa: B905
    )
    + "]>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
CELL = '<table:table-cell office:value-type="float" office:value="1" {}/>'
TABLE = '<table:table table:name="t">{}</table:table>'

Make = Callable[[Path], Path]
HOSTILE: dict[str, tuple[str, Make]] = {}


def hostile(code: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        HOSTILE[make.__name__] = (code, make)
        return make

    return keep


def measured(path: Path) -> dict[str, object]:
    """Read `path` in a process of its own: code of the refusal, seconds, peak of the child, MB."""
    script = (
        "import json, resource, sys, time; from pathlib import Path\n"
        "from pipeline.errors import RefusedFile\n"
        "from pipeline.ingestion.workbook import workbook_to_lines\n"
        "began, told = time.monotonic(), {'code': None}\n"
        "try:\n    for _ in workbook_to_lines(Path(sys.argv[1])): pass\n"
        "except RefusedFile as e: told = {'code': e.code, 'fa': e.fa, 'en': e.en}\n"
        "told['seconds'] = time.monotonic() - began\n"
        "told['mb'] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024\n"
        "print(json.dumps(told))"
    )
    command = [sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


@hostile("WORKBOOK_SPARSE")
def one_cell_in_the_last_corner(path: Path) -> Path:
    return write_xlsx(path, CORNER)


@hostile("WORKBOOK_TOO_LARGE")
def two_cells_at_the_ends_of_a_row(path: Path) -> Path:
    return write_xlsx(path, '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>')


@hostile("WORKBOOK_TOO_LARGE")
def a_row_beyond_the_grid(path: Path) -> Path:
    return write_xlsx(path, '<row r="9999999"><c r="A9999999"><v>1</v></c></row>')


@hostile("WORKBOOK_DAMAGED")
def rows_out_of_order(path: Path) -> Path:
    return write_xlsx(path, ONE_CELL * 2)


@hostile("WORKBOOK_UNSAFE_XML")
def entity_bomb_in_the_sheet(path: Path) -> Path:
    return write_zip(path, xlsx_parts(sheet_xml("<row><c><v>&i;</v></c></row>", before=LAUGHS)))


@hostile("WORKBOOK_UNSAFE_XML")
def entity_bomb_in_the_strings(path: Path) -> Path:
    return write_xlsx(
        path, ONE_CELL, strings=f'{LAUGHS}<sst xmlns="{MAIN}"><si><t>&i;</t></si></sst>'
    )


@hostile("WORKBOOK_UNSAFE_XML")
def outside_entity_in_the_workbook(path: Path) -> Path:
    return write_xlsx(path, ONE_CELL, workbook=workbook_xml(["&e;"], before=OUTSIDE))


@hostile("WORKBOOK_UNSAFE_XML")
def entity_bomb_in_ods(path: Path) -> Path:
    return write_ods(path, TABLE.format(""), before=LAUGHS)


@hostile("WORKBOOK_BOMB")
def a_part_that_grows_a_thousandfold(path: Path) -> Path:
    return write_xlsx(path, ONE_CELL + " " * 300_000_000)


@hostile("WORKBOOK_BOMB")
def parts_that_share_their_bytes(path: Path) -> Path:
    write_zip(path, xlsx_parts(sheet_xml(ONE_CELL)))
    raw = bytearray(path.read_bytes())
    entries = [at for at in range(len(raw)) if raw[at : at + 4] == b"PK\x01\x02"]
    raw[entries[-1] + 42 : entries[-1] + 46] = raw[entries[0] + 42 : entries[0] + 46]
    path.write_bytes(raw)
    return path


@hostile("WORKBOOK_TOO_LARGE")
def fifty_thousand_parts(path: Path) -> Path:
    extra: dict[str, str | bytes] = {f"xl/x{at}.xml": b"" for at in range(50_000)}
    return write_zip(path, xlsx_parts(sheet_xml(ONE_CELL)) | extra)


@hostile("WORKBOOK_TOO_LARGE")
def a_hundred_thousand_sheets(path: Path) -> Path:
    return write_xlsx(path, ONE_CELL, workbook=workbook_xml([f"s{at}" for at in range(100_000)]))


@hostile("WORKBOOK_DAMAGED")
def deeply_nested_elements(path: Path) -> Path:
    nested = "<!-- -->" + "".join(f"<a{at % 999}>" for at in range(300_000))
    return write_xlsx(path, ONE_CELL + nested)


@hostile("WORKBOOK_TOO_LARGE")
def a_cell_of_a_megabyte(path: Path) -> Path:
    text = "".join(random.Random(1).choices("abcdefgh", k=1_000_000))
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{text}</t></is></c></row>'
    return write_xlsx(path, row)


@hostile("WORKBOOK_TOO_LARGE")
def one_long_string_in_every_cell(path: Path) -> Path:
    text = "".join(random.Random(1).choices("abcdefgh", k=130_000))
    columns = [f"{a}{b}" for a in "ABCDEFGHIJ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    row = "".join(f'<c r="{letters}1" t="s"><v>0</v></c>' for letters in columns)
    strings = f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'
    return write_xlsx(path, f'<row r="1">{row}</row>', strings=strings)


@hostile("WORKBOOK_DAMAGED")
def a_shared_string_that_is_not_there(path: Path) -> Path:
    return write_xlsx(path, '<row r="1"><c r="A1" t="s"><v>5</v></c></row>')


@hostile("WORKBOOK_DAMAGED")
def a_shared_string_before_the_first(path: Path) -> Path:
    strings = f'<sst xmlns="{MAIN}"><si><t>x</t></si></sst>'
    return write_xlsx(path, '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', strings=strings)


@hostile("WORKBOOK_DAMAGED")
def a_sheet_cut_off(path: Path) -> Path:
    parts = xlsx_parts(sheet_xml(ONE_CELL).removesuffix("</sheetData></worksheet>"))
    return write_zip(path, parts)


@hostile("WORKBOOK_DAMAGED")
def a_zip_cut_off(path: Path) -> Path:
    write_xlsx(path, ONE_CELL)
    path.write_bytes(path.read_bytes()[:-300])
    return path


@hostile("WORKBOOK_DAMAGED")
def a_sheet_with_flipped_bits(path: Path) -> Path:
    write_xlsx(
        path, "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 99))
    )
    raw = bytearray(path.read_bytes())
    start = raw.rindex(b"PK\x03\x04") + 100
    raw[start : start + 20] = bytes(20)
    path.write_bytes(raw)
    return path


@hostile("WORKBOOK_DAMAGED")
def a_part_that_leaves_the_package(path: Path) -> Path:
    return write_zip(path, xlsx_parts(sheet_xml(ONE_CELL)) | {"../../etc/cron.d/x": b"x"})


@hostile("WORKBOOK_UNKNOWN")
def a_zip_of_something_else(path: Path) -> Path:
    return write_zip(path, {"a.csv": "1,2", "inner.zip": b"PK"})


@hostile("WORKBOOK_UNKNOWN")
def a_word_document(path: Path) -> Path:
    types = "<Types>application/vnd.openxmlformats-officedocument.wordprocessingml</Types>"
    return write_zip(path, {"[Content_Types].xml": types, "word/_rels/document.xml.rels": "<a/>"})


@hostile("WORKBOOK_UNKNOWN")
def a_workbook_of_a_wrong_content_type(path: Path) -> Path:
    parts = xlsx_parts(sheet_xml(ONE_CELL))
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace("spreadsheetml", "x")
    return write_zip(path, parts)


@hostile("WORKBOOK_UNKNOWN")
def text_named_as_a_workbook(path: Path) -> Path:
    path.write_text("<html><table><tr><td>1</td></tr></table></html>")
    return path


@hostile("WORKBOOK_PASSWORD")
def a_locked_xlsx(path: Path) -> Path:
    return write_ole(path, {"EncryptedPackage": bytes(9000)})


@hostile("WORKBOOK_PASSWORD")
def a_locked_xls(path: Path) -> Path:
    return write_ole(path, {"Workbook": xls_stream([(0, 0, "x")], locked=True)})


@hostile("WORKBOOK_PASSWORD")
def a_locked_zip(path: Path) -> Path:
    write_xlsx(path, ONE_CELL)
    raw = bytearray(path.read_bytes())
    for at in range(len(raw)):
        if raw[at : at + 4] == b"PK\x01\x02":
            raw[at + 8] |= 1
    path.write_bytes(raw)
    return path


@hostile("WORKBOOK_PASSWORD")
def a_locked_ods(path: Path) -> Path:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "<manifest><encryption-data/></manifest>"
    return write_zip(path, {"mimetype": kind, "META-INF/manifest.xml": manifest})


@hostile("WORKBOOK_UNKNOWN")
def ole_that_is_no_workbook(path: Path) -> Path:
    return write_ole(path, {"WordDocument": bytes(5000)})


@hostile("WORKBOOK_DAMAGED")
def ole_garbage_named_workbook(path: Path) -> Path:
    noise = random.Random(2).randbytes(6000)
    return write_ole(path, {"Workbook": noise})


@hostile("WORKBOOK_UNKNOWN")
def ole_magic_and_noise(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(3).randbytes(50_000))
    return path


@hostile("WORKBOOK_MEMORY")
def xlsb_with_two_far_corners(path: Path) -> Path:
    return write_xlsb(path, [(0, 0, 1.0), (1_048_575, 16_383, 2.0)])


@hostile("WORKBOOK_MEMORY")
def xls_with_two_far_corners(path: Path) -> Path:
    return write_ole(path, {"Workbook": xls_stream([(0, 0, 1.0), (65_535, 255, 2.0)])})


@hostile("WORKBOOK_MEMORY")
def xlsb_with_a_far_corner_that_fits_in_memory(path: Path) -> Path:
    return write_xlsb(path, [(0, 0, 1.0), (1_048_575, 30, 2.0)])


@hostile("WORKBOOK_DAMAGED")
def xlsb_of_noise(path: Path) -> Path:
    write_xlsb(path, [(0, 0, 1.0)])
    with zipfile.ZipFile(path) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return write_zip(path, parts | {"xl/workbook.bin": random.Random(4).randbytes(4000)})


@hostile("WORKBOOK_TOO_LARGE")
def ods_with_a_cell_repeated_across(path: Path) -> Path:
    cell = CELL.format('table:number-columns-repeated="9999999"')
    return write_ods(path, TABLE.format(f"<table:table-row>{cell}</table:table-row>"))


@hostile("WORKBOOK_TOO_LARGE")
def ods_with_a_row_repeated_down(path: Path) -> Path:
    row = (
        f'<table:table-row table:number-rows-repeated="9999999">{CELL.format("")}</table:table-row>'
    )
    return write_ods(path, TABLE.format(row))


@hostile("WORKBOOK_DAMAGED")
def ods_cut_off(path: Path) -> Path:
    return write_ods(path, '<table:table table:name="t">')


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_in_time_and_memory(tmp_path: Path, name: str) -> None:
    code, make = HOSTILE[name]
    told = measured(make(tmp_path / "hostile.xlsx"))
    assert told["code"] == code, told
    assert float(str(told["seconds"])) < 5
    assert float(str(told["mb"])) < 512
    words = str(told["fa"]) + str(told["en"])
    assert "Traceback" not in words
    assert str(told["fa"]).isascii() is False
    assert not any(word in str(told["fa"]) for word in ("rows", "columns", "bytes", "sheets"))
    assert str(tmp_path) not in words


def test_the_corner_bomb_is_as_small_as_they_come(tmp_path: Path) -> None:
    assert one_cell_in_the_last_corner(tmp_path / "x.xlsx").stat().st_size < 3000


def test_sectors_that_run_in_a_circle_end(tmp_path: Path) -> None:
    path = write_ole(tmp_path / "t.xls", {"Workbook": xls_stream([(0, 0, "x")])})
    raw = bytearray(path.read_bytes())
    raw[512 + 8 : 512 + 12] = struct.pack("<I", 2)  # the chain of the stream's first sector
    path.write_bytes(raw)
    told = measured(path)
    assert float(str(told["seconds"])) < 5
    assert float(str(told["mb"])) < 512


def test_one_impossible_sheet_does_not_bar_the_others(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "t.xlsx"))
    made.add_worksheet("far").write(1_048_575, 16_383, 1)
    made.add_worksheet("data").write_column(0, 0, [1, 2])
    made.close()
    assert [sheet.chosen for sheet in list_sheets(tmp_path / "t.xlsx")] == [False, True]
    assert list(workbook_to_lines(tmp_path / "t.xlsx")) == [b"1\n", b"2\n"]


def test_damaged_bytes_anywhere_never_raise_anything_else(tmp_path: Path) -> None:
    chance = random.Random(5)
    made = [
        write_xlsx(tmp_path / "a.xlsx", ONE_CELL),
        write_ole(tmp_path / "a.xls", {"Workbook": xls_stream([(0, 0, "x"), (3, 2, 1.0)])}),
        write_xlsb(tmp_path / "a.xlsb", [(0, 0, "x"), (3, 2, 1.0)]),
        write_ods(
            tmp_path / "a.ods",
            TABLE.format(f"<table:table-row>{CELL.format('')}</table:table-row>"),
        ),
    ]
    for path in made:
        sound = path.read_bytes()
        for _ in range(25):
            raw = bytearray(sound)
            for _ in range(3):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            path.write_bytes(raw)
            try:
                lines = list(workbook_to_lines(path))
            except RefusedFile as refused:
                assert refused.code.startswith("WORKBOOK_")
            else:
                assert len(lines) < 1_048_577


def fake_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    """Let another program stand where the reading child does, to see what its failures do."""
    folder = tmp_path / "fake" / "pipeline" / "ingestion"
    folder.mkdir(parents=True)
    (folder / "workbook_child.py").write_text(body)
    monkeypatch.setattr(workbook_process, "_ROOT", tmp_path / "fake")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "WORKBOOK_READER_DIED"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "WORKBOOK_MEMORY"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "WORKBOOK_TIMEOUT"),
        ("import time; time.sleep(60)", "WORKBOOK_TIMEOUT"),
        ("print('Hello, I am garbage')", "WORKBOOK_READER_DIED"),
        ("raise SystemExit(3)", "WORKBOOK_READER_DIED"),
        ("", "WORKBOOK_READER_DIED"),
        (
            "import sys, struct; p = b'not json'\n"
            "sys.stdout.buffer.write(struct.pack('>cI', b'E', len(p)) + p)",
            "WORKBOOK_READER_DIED",
        ),
        (
            'import sys, struct; p = b\'{"code": "WORKBOOK_TOO_LARGE", "values": {"what": "x"}}\'\n'
            "sys.stdout.buffer.write(struct.pack('>cI', b'E', len(p)) + p)",
            "WORKBOOK_READER_DIED",
        ),
        (
            "import sys, struct; sys.stdout.buffer.write(struct.pack('>cI', b'L', 4000000000))",
            "WORKBOOK_READER_DIED",
        ),
        (
            'import sys, struct; p = b\'{"code": "MADE_UP", "values": {"fa": "x"}}\'\n'
            "sys.stdout.buffer.write(struct.pack('>cI', b'E', len(p)) + p)",
            "WORKBOOK_READER_DIED",
        ),
    ],
)
def test_a_failing_child_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, code: str
) -> None:
    path = write_xlsx(tmp_path / "t.xlsx", ONE_CELL)
    fake_child(monkeypatch, tmp_path, body)
    with pytest.raises(RefusedFile) as refused:
        list(workbook_to_lines(path, limits=Limits(stall_seconds=1.0)))
    assert refused.value.code == code


def test_the_child_is_stopped_by_its_processor_limit(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{at}"><c r="A{at}"><v>{at}</v></c><c r="B{at}"><v>{at * 7}</v></c></row>'
        for at in range(1, 400_000)
    )
    path = write_xlsx(tmp_path / "t.xlsx", "<!-- slow way -->" + rows)
    with pytest.raises(RefusedFile) as refused:
        list(workbook_to_lines(path, limits=Limits(cpu_seconds=0, bytes_per_second=10**9)))
    assert refused.value.code == "WORKBOOK_TIMEOUT"


def test_the_child_is_stopped_by_its_memory_limit(tmp_path: Path) -> None:
    strings = "".join(f"<si><t>{at:060}</t></si>" for at in range(300_000))
    given = f'<sst xmlns="{MAIN}">{strings}</sst>'
    path = write_xlsx(
        tmp_path / "t.xlsx", '<row r="1"><c r="A1" t="s"><v>0</v></c></row>', strings=given
    )
    with pytest.raises(RefusedFile) as refused:
        list(workbook_to_lines(path, limits=Limits(memory_bytes=20_000_000)))
    assert refused.value.code == "WORKBOOK_MEMORY"


def test_a_child_whose_parent_has_gone_ends_quietly(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 200_001))
    path = write_xlsx(tmp_path / "t.xlsx", rows)
    request = {
        "path": str(path),
        "action": "lines",
        "sheet": None,
        "fill_merged": False,
        "limits": {},
    }
    read, write = os.pipe()
    command = [sys.executable, "-m", workbook_child.__name__, json.dumps(request)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    os.read(read, 1000)
    os.close(read)
    assert child.wait(timeout=20) in (1, -signal.SIGPIPE)
    assert child.stderr is not None
    assert child.stderr.read() == b""
    child.stderr.close()


def test_frames_are_small_whatever_the_row(tmp_path: Path) -> None:
    text = "x" * 100_000
    cells = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{text}</t></is></c>' for c in "ABCDEFGHIJ")
    path = write_xlsx(tmp_path / "t.xlsx", f'<row r="1">{cells}</row>')
    assert list(workbook_to_lines(path)) == [",".join([text] * 10).encode() + b"\n"]
    out = io.BytesIO()
    workbook_child._send_lines(out, [b"x" * 999_999 + b"\n"], 0, Limits())
    assert out.getvalue()[:1] == b"L"
    assert int.from_bytes(out.getvalue()[1:5], "big") <= 1 << 18
