"""Generated files: exact labels, size, form, repeatability."""

import csv
from pathlib import Path

import pytest

from pipeline.samples import SampleSummary, generate, generate_series, read_labels
from tests.samples.label_oracle import check, fold


def made(folder: Path, name: str = "sample.csv", **options: object) -> SampleSummary:
    settings: dict[str, object] = {"lines": 400, "dirty": 0.05, "seed": 5, "period": "1403-05"}
    return generate(folder / name, **(settings | options))  # type: ignore[arg-type]


def labels(path: Path) -> list[tuple[int | None, str, str]]:
    return [tuple(label) for label in read_labels(path)]  # type: ignore[misc]


@pytest.mark.parametrize(
    "options",
    [
        {"lines": 3_000},
        {"lines": 3_000, "structural": False, "seed": 6},
        {"lines": 2_000, "dirty": 0.3, "seed": 7, "period": "1402-12"},
        {"lines": 600, "dirty": 0.1, "seed": 8, "period": "1399-01"},
        {"lines": 10, "dirty": 0.3},
        {"lines": 1, "dirty": 0.0},
    ],
)
def test_labels_are_what_plain_reading_finds(tmp_path: Path, options: dict[str, object]) -> None:
    sample = made(tmp_path, **options)
    assert labels(sample.path) == check(sample.path, sample.period).issues


def test_labels_of_a_series_hold_in_order(tmp_path: Path) -> None:
    published = []
    for sample in generate_series(tmp_path, lines=1_200, dirty=0.08, seed=3):
        published.append(check(sample.path, sample.period, published))
        assert labels(sample.path) == published[-1].issues
    assert {code for month in published for _, code, _ in month.issues} >= {
        "DUPLICATE_ACROSS_LOADS"
    }


SAMPLES = Path(__file__).parents[2] / "data" / "samples"
ON_EVERY_FILE = {
    *("MISSING_INVOICE_ID", "MISSING_CUSTOMER_ID", "MISSING_PRODUCT_ID", "MISSING_SALESPERSON_ID"),
    *("INVALID_NUMERIC", "INVALID_DATE", "MISSING_DATE", "UNKNOWN_TRANSACTION_TYPE"),
    *("FALLBACK_EVENT_DATE", "INVALID_SECONDARY_DATE", "SIGN_MISMATCH_QTY_AMOUNT"),
    *("NEGATIVE_QTY_ON_SALE", "POSITIVE_QTY_ON_RETURN", "GROSS_MISMATCH", "NET_MISMATCH"),
    *("DISCOUNT_EXCEEDS_GROSS", "ZERO_QUANTITY", "DUPLICATE_LINE", "DATE_OUT_OF_PERIOD"),
    *("FUTURE_DATE", "ORPHAN_RETURN", "RETURN_EXCEEDS_SALE", "PRICE_OUTLIER"),
    "ATTRIBUTE_CONFLICT",
}
DAMAGE = {"RAGGED_LINE", "UNDECODABLE_TEXT"}


def test_committed_months_are_labelled_exactly_and_made_by_this_generator(tmp_path: Path) -> None:
    published = []
    for sample in generate_series(tmp_path):
        committed = SAMPLES / sample.path.name
        assert committed.read_bytes() == sample.path.read_bytes()
        assert labels(committed) == labels(sample.path)
        published.append(check(committed, sample.period, published))
        assert labels(committed) == published[-1].issues
        assert not [issue for issue in published[-1].issues if issue[0] is None]
    for month in published[1:]:
        found = {code for _, code, _ in month.issues}
        assert found == ON_EVERY_FILE | DAMAGE | {"DUPLICATE_ACROSS_LOADS"}


def test_returns_of_later_months_refer_to_earlier_ones(tmp_path: Path) -> None:
    first, second = (
        check(sample.path, sample.period)
        for sample in generate_series(tmp_path, ("1403-05", "1403-06"), lines=1_000)
    )
    invoices = {line.cells["شماره"] for line in first.canonical}
    references = [line.cells["شماره مرجع"] for line in second.canonical if line.kind == "RETURN"]
    assert sum(reference in invoices for reference in references) > 5


@pytest.mark.parametrize(("lines", "dirty"), [(1_200, 0.05), (200, 0.3)])
@pytest.mark.parametrize("seed", [0, 1, 99])
def test_sixty_dirty_lines_show_every_rule(
    tmp_path: Path, lines: int, dirty: float, seed: int
) -> None:
    sample = made(tmp_path, lines=lines, dirty=dirty, seed=seed)
    assert sample.dirty_lines == 60
    assert set(sample.issues) == ON_EVERY_FILE | DAMAGE
    assert labels(sample.path) == check(sample.path, sample.period).issues


def test_dirty_lines_are_as_many_as_asked(tmp_path: Path) -> None:
    sample = made(tmp_path, lines=2_000, dirty=0.1)
    assert sample.dirty_lines == 200
    assert len({label.line_no for label in read_labels(sample.path)}) == 200
    assert sum(sample.issues.values()) == len(read_labels(sample.path))


def test_a_changed_cell_no_longer_fits_its_labels(tmp_path: Path) -> None:
    sample = made(tmp_path, dirty=0.0)
    content = sample.path.read_bytes()
    assert content.count("فروش,قطعی,".encode()) > 10
    sample.path.write_bytes(content.replace("فروش,قطعی,".encode(), "برگه,قطعی,".encode(), 1))
    assert labels(sample.path) == []
    found = {code for _, code, _ in check(sample.path, sample.period).issues}
    assert found == {"UNKNOWN_TRANSACTION_TYPE"}


def test_equal_arguments_give_equal_bytes_and_other_seeds_other_ones(tmp_path: Path) -> None:
    one, same, other = (
        made(tmp_path, name=f"{n}.csv", seed=seed).path for n, seed in enumerate((1, 1, 2))
    )
    assert one.read_bytes() == same.read_bytes() != other.read_bytes()
    assert labels(one) == labels(same)


def test_form_of_the_file(tmp_path: Path) -> None:
    content = made(tmp_path, structural=False, dirty=0.3).path.read_bytes()
    assert content.startswith("\ufeffکد سرپرست,نام سرپرست,".encode())
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == 401
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines(), strict=True))
    assert {len(row) for row in rows} == {61}
    needed = sum(any(mark in cell for mark in ',"') for row in rows for cell in row)
    written = content.count(b',"') + content.count(b'\r\n"')
    assert 0 < written == needed


def test_structural_files_hold_cells_over_several_lines(tmp_path: Path) -> None:
    sample = made(tmp_path, lines=1_000, dirty=0.1)
    content = sample.path.read_bytes()
    assert content.count(b"\r\n") == 1_001
    assert content.count(b"\n") > 1_001
    lines = check(sample.path, sample.period).lines
    assert len(lines) == 1_000
    assert lines[-1].line_no == content.count(b"\n")


def test_master_data_and_invoice_numbers_do_not_clash_between_files(tmp_path: Path) -> None:
    cases = [("1403-05", 1, 900), ("1403-06", 1, 900), ("1403-05", 2, 300)]
    names: dict[str, set[str]] = {}
    numbers: list[set[str]] = []
    for period, seed, lines in cases:
        path = made(tmp_path, period=period, seed=seed, lines=lines, dirty=0.0).path
        found = check(path, period).lines
        numbers.append({line.cells["شماره"] for line in found})
        for line in found:
            if line.cells["نام مشتری"]:
                names.setdefault(line.cells["کد مشتری"], set()).add(fold(line.cells["نام مشتری"]))
    assert {len(spellings) for spellings in names.values()} <= {1, 2}  # with and without ZWNJ
    assert sum(map(len, numbers)) == len(set.union(*numbers))


def test_invented_business_is_plausible(tmp_path: Path) -> None:
    sample = made(tmp_path, lines=3_000, dirty=0.0)
    lines = check(sample.path, sample.period).lines
    sales = [line for line in lines if line.kind == "SALE"]
    assert {line.event_date.weekday() for line in lines} == {0, 1, 2, 3, 5, 6}
    assert 5 < len(sales) / len({line.cells["شماره"] for line in sales}) < 7
    assert 0.03 < 1 - len(sales) / len(lines) < 0.08
    assert any(line.values["تعداد اشانتیون"] for line in sales)
    assert all(valid_national_id(line.cells["کد ملی مشتری"] or "9990000018") for line in lines)


def valid_national_id(text: str) -> bool:
    rest = sum(int(text[i]) * (10 - i) for i in range(9)) % 11
    return text.startswith("999") and int(text[9]) == (rest if rest < 2 else 11 - rest)


@pytest.mark.parametrize(
    "options",
    [{"lines": 0}, {"dirty": 0.31}, {"dirty": -0.1}, {"period": "2024-05"}, {"seed": -1}],
)
def test_impossible_wishes_are_refused(tmp_path: Path, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"Wanted|period"):
        made(tmp_path, **options)
