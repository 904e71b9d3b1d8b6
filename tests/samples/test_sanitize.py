"""Shareable copies: same lines, forms and issues; no name, code, phone or price of the original."""

import csv
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RefusedFile
from pipeline.samples import generate, sanitize
from pipeline.samples.pseudonyms import Pseudonyms
from pipeline.samples.records import read_records
from pipeline.samples.scaling import read_written, scale
from tests.samples.label_oracle import check, clean, fold

KEY = b"a key for tests only"
PERSONAL = ("نام مشتری", "تلفن مشتری", "آدرس مشتری", "کد ملی مشتری", "نام فروشنده", "نام سرپرست")
NAMES = ("نام کالا", "برند", "تامین کننده", "موزع", "شعبه")
CODES = ("کد مشتری", "کد کالا", "کد فروشنده", "شماره", "بارکد کالا")
KEPT = ("تاریخ", "تاریخ مرجع", "نوع فاکتور", "مجموع تعداد", "ردیف فاکتور")
MONEY = ("فی فروش", "جمع قبل تخفیف", "تخفیف حجمی", "تخفیف نقدی", "مالیات و عوارض", "قابل پرداخت")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sanitize")
    src = generate(folder / "a.csv", lines=3_000, dirty=0.1, seed=4, period="1403-05").path
    sanitize(src, folder / "b.csv", KEY)
    return src, folder / "b.csv"


def test_the_same_issues_are_found_in_the_copy(pair: tuple[Path, Path]) -> None:
    before, after = (check(path, "1403-05").issues for path in pair)
    assert before == after
    assert len(before) > 300


def test_lines_delimiters_and_quotes_are_as_before(pair: tuple[Path, Path]) -> None:
    src, out = (path.read_bytes() for path in pair)
    assert src.splitlines(keepends=True)[0] == out.splitlines(keepends=True)[0]
    for before, after in zip(src.split(b"\n"), out.split(b"\n"), strict=True):
        assert before.count(b'"') == after.count(b'"')
        assert before.endswith(b"\r") == after.endswith(b"\r")
        if b'"' not in before:  # inside quotes thousands may get one comma more
            assert before.count(b",") == after.count(b",")


def test_nothing_of_people_and_names_is_left(pair: tuple[Path, Path]) -> None:
    src, out = pair
    text = out.read_text(encoding="utf-8", errors="surrogateescape").partition("\n")[2]
    written = set(re.findall(r"[^\W\d_]{3,}|\d{6,}", text))
    for line in check(src, "1403-05").lines:
        for column in (*PERSONAL, *NAMES) if line.cells else ():
            for word in re.findall(r"[^\W\d_]{4,}|\d{9,}", line.cells[column]):
                assert word not in written, (line.line_no, column)


def test_cells_change_or_stay_by_their_kind(pair: tuple[Path, Path]) -> None:
    before, after = (check(path, "1403-05").lines for path in pair)
    for one, other in zip(before, after, strict=True):
        for column in (*PERSONAL, *NAMES) if one.cells else ():
            assert (one.cells[column] == other.cells[column]) == (not one.cells[column])
        for column in KEPT if one.cells else ():
            if not re.search(r"[^\W\d_]", one.cells[column]) or column == "نوع فاکتور":
                assert one.cells[column] == other.cells[column]


def test_codes_map_one_to_one_and_keep_their_form(pair: tuple[Path, Path]) -> None:
    before, after = (check(path, "1403-05").lines for path in pair)
    for column in CODES:
        pairs = {
            (one.cells[column], other.cells[column])
            for one, other in zip(before, after, strict=True)
            if one.cells and one.cells[column]
        }
        assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
        assert {len(a) - len(b) for a, b in pairs} == {0}
        assert all(len(a) - len(a.lstrip("0")) == len(b) - len(b.lstrip("0")) for a, b in pairs)
        assert sum(a == b for a, b in pairs) < len(pairs) / 10


def test_money_is_scaled_by_one_factor(pair: tuple[Path, Path]) -> None:
    before, after = (check(path, "1403-05").lines for path in pair)
    for column in MONEY:
        shares = [
            other.values[column] / one.values[column]
            for one, other in zip(before, after, strict=True)
            if one.cells and (one.values[column] or 0) > 20_000
        ]
        assert len(shares) > 500
        assert max(shares) / min(shares) < Decimal("1.001")
        assert Decimal("1.19") < min(shares) < Decimal("3.71")


def test_damage_stays_damage_without_its_text(pair: tuple[Path, Path]) -> None:
    lines = [path.read_bytes().split(b"\r\n") for path in pair]
    broken = 0
    for before, after in zip(*lines, strict=True):
        broken += (undecodable := _undecodable(before))
        assert undecodable == _undecodable(after)
    assert broken > 5
    assert "شير".encode("cp1256") not in b"".join(lines[1])


def _undecodable(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return True
    return False


def test_another_key_gives_other_pseudonyms_and_the_same_key_the_same(tmp_path: Path) -> None:
    src = generate(tmp_path / "a.csv", lines=50, dirty=0.1, seed=4, period="1403-05").path
    for name, key in (("b", KEY), ("c", KEY), ("d", b"other")):
        sanitize(src, tmp_path / name, key)
    b, c, d = ((tmp_path / name).read_bytes() for name in "bcd")
    assert b == c != d


@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [
        ("utf-8", ";", "\n"),
        ("utf-16", "\t", "\r\n"),
        ("cp1256", ",", "\r"),
        ("utf-8-sig", "|", "\n"),
    ],
)
def test_encodings_delimiters_and_line_ends_are_kept(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    rows = [
        ["گزارش فروش آقاي احمدي"],
        [
            "شماره",
            "کد مشتري",
            "نام مشتري",
            "کد کالا",
            "تاريخ",
            "قابل پرداخت",
            "کد فروشنده",
            "نامعلوم",
        ],
        ["007", "01", "فروشگاه كاوه", "5", "1403/05/01", "1200", "9", "راز"],
        [""],
        ["007", "01", "فروشگاه كاوه", "5", "1403/05/01", "-1200", "9", "راز"],
        ["جمع", "", "", "", "", "0", "", ""],
    ]
    rows[1] = [header if encoding == "cp1256" else header.replace("ي", "ی") for header in rows[1]]
    src, out = tmp_path / "a.csv", tmp_path / "b.csv"
    src.write_bytes("".join(delimiter.join(row) + end for row in rows).encode(encoding))
    sanitize(src, out, KEY)
    assert out.read_bytes()[:2] == src.read_bytes()[:2] or encoding in ("utf-8", "cp1256")
    shown = [line.split(delimiter) for line in out.read_bytes().decode(encoding).split(end)]
    assert [len(row) for row in shown] == [*map(len, rows), 1]
    assert shown[1] == rows[1]
    assert shown[2][:5] == [*shown[4][:4], "1403/05/01"]
    assert Decimal(shown[2][5]) == -Decimal(shown[4][5]) > 1200
    assert shown[5] == rows[5]
    text = out.read_bytes().decode(encoding)
    assert not [word for word in ("احمدي", "كاوه", "فروشگاه", "راز") if word in text]


@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3\n", "x\n" * 100])
def test_a_file_without_known_headers_is_refused(tmp_path: Path, content: str) -> None:
    src = tmp_path / "a.csv"
    src.write_text(content)
    with pytest.raises(RefusedFile) as refused:
        sanitize(src, tmp_path / "b.csv", KEY)
    assert "header" in refused.value.en and "سرستون" in refused.value.fa
    assert not (tmp_path / "b.csv").exists()


def test_a_file_cut_within_a_letter_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    src = tmp_path / "a.csv"
    header = "شماره,کد مشتری,نام مشتری,کد کالا,تاریخ\n"
    src.write_bytes((header + "1,2,الف,4,5\n").encode("utf-16")[:-1])
    with pytest.raises(RefusedFile, match="cut off"):
        sanitize(src, tmp_path / "b.csv", KEY)
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="key"):
        sanitize(tmp_path / "a.csv", tmp_path / "b.csv", b"")


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=40, unique=True))
def test_codes_stay_different(codes: list[int]) -> None:
    pseudonyms = Pseudonyms(KEY)
    shown = [pseudonyms.code(f"{code:07d}", "customer_id") for code in codes]
    assert len(set(shown)) == len(codes)
    assert all(len(code) == 7 for code in shown)


def test_all_codes_of_one_length_are_permuted() -> None:
    pseudonyms = Pseudonyms(KEY)
    assert Counter(pseudonyms.code(str(n), "x") for n in range(100, 1_000)) == Counter(
        str(n) for n in range(100, 1_000)
    )


@pytest.mark.parametrize("spelling", ["۰۰۱۲۳", "٠٠١٢٣", " 00123", "00123\u200c", "\u200e00123"])
def test_one_code_in_several_spellings_keeps_one_pseudonym(spelling: str) -> None:
    pseudonyms = Pseudonyms(KEY)
    plain = pseudonyms.code("00123", "customer_id")
    shown = pseudonyms.code(spelling, "customer_id")
    assert shown != plain
    assert clean(shown).translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)) == plain


@given(st.text())
def test_no_letter_and_no_digit_of_a_text_stays(text: str) -> None:
    shown = Pseudonyms(KEY).text(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        assert before.isalnum() == after.isalnum()
        assert (before == after) == (not before.isalnum())


def test_two_spellings_of_a_name_give_two_spellings_of_one_pseudonym() -> None:
    pseudonyms = Pseudonyms(KEY)
    one, other = (pseudonyms.text(name, "n") for name in ("کافه یاس ۱۲", "كافه  ياس‌ 12"))
    assert one != other
    assert fold(clean(one)) == fold(clean(other))


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("1200", 1200, "2500"),
        ("-1,200", -1200, "-2,500"),
        ("(۱٬۲۰۰)", -1200, "(۲٬۵۰۰)"),
        ("1200-", -1200, "2500-"),
        ("١٢٠٠٫٥٠", "1200.5", "٢٥٠٠٫٠٠"),
        ("1.5E3", 1500, "2500E0"),
        ("+900", 900, "+2500"),
        ("\u00a0900\u200c", 900, "\u00a02500\u200c"),
        ("−900", -900, "−2500"),
    ],
)
def test_a_number_is_rewritten_in_its_own_form(text: str, value: int | str, shown: str) -> None:
    written = read_written(text)
    assert written is not None
    assert written.value == Decimal(value)
    assert written.rewritten(Decimal(2500)) == shown


@pytest.mark.parametrize(
    "text", ["", "-", "12..5", "NaN", "12/", "--5", "1_000", "10.12345", "1" + "0" * 16, "12 عدد"]
)
def test_no_number_is_read_where_there_is_none(text: str) -> None:
    assert read_written(text) is None


@given(
    quantity=st.integers(1, 500),
    price=st.integers(1_000, 10**7),
    rest=st.tuples(*[st.integers(0, 10**6)] * 3),
    off=st.integers(-1, 1),
    factor=st.decimals("1.2", "3.7", places=4),
)
def test_sums_hold_as_before(
    quantity: int, price: int, rest: tuple[int, int, int], off: int, factor: Decimal
) -> None:
    volume, cash, tax = rest
    gross = quantity * price + off
    net = gross - volume - cash + tax - off
    figures = (quantity, price, gross, volume, cash, tax, net)
    names = (
        *("quantity", "unit_price", "gross_amount", "discount_volume", "discount_cash"),
        *("tax_amount", "net_amount"),
    )
    cells = {name: str(figure) for name, figure in zip(names, figures, strict=True)}
    new = {name: Decimal(text) for name, text in scale(cells, factor, Pseudonyms(KEY)).items()}
    assert new["gross_amount"] == quantity * new["unit_price"] + off
    discounts = new["discount_volume"] + new["discount_cash"]
    difference = new["net_amount"] - (new["gross_amount"] - discounts + new["tax_amount"])
    same_sign = (new["net_amount"] > 0) == (net > 0) and (new["net_amount"] < 0) == (net < 0)
    assert same_sign
    assert difference == -off or abs(net) < 10
    assert (discounts > abs(new["gross_amount"])) == (volume + cash > abs(gross))


def test_records_lose_no_character(pair: tuple[Path, Path]) -> None:
    with pair[0].open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        text = file.read()
    records = list(read_records(text.splitlines(keepends=True), ",", 61))
    assert (
        "".join(",".join(r.cells) + r.end if r.cells else r.text + r.end for r in records) == text
    )
    assert sum(r.cells is None for r in records) < 40
    assert next(csv.reader(["".join(records[0].cells or ())]))
