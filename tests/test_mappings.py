"""What a user confirms or imports of a source's headers is a new version that later loads use."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from pipeline.contracts import Mapping, read_contract
from pipeline.errors import RefusedAction, WrongContract
from pipeline.mappings import confirm_matches, export_mapping, import_mapping, list_versions
from pipeline.recognition import Recognition, recognize
from pipeline.runs import recheck
from pipeline.settings import ROOT, Settings
from pipeline.source_memory import read_remembered
from pipeline.verify import verify
from tests.karamad import HEADERS, MAPPING, SOURCE, Desk, Layout

NET = HEADERS["net_amount"]
ODD = "خالص پرداختنی مشتری"
NOTE = "یادداشت شعبه"


def lines(desk: Desk, first: int, **cells: str) -> list[dict[str, str]]:
    return [{"invoice_id": str(first + number), **cells} for number in range(3)]


def look(desk: Desk, path: Path) -> Recognition:
    remembered = read_remembered(desk.url, SOURCE)
    return recognize(path, desk.settings, SOURCE, remembered=remembered)


def confirm(desk: Desk, path: Path, changes: dict[str, str | None]) -> int:
    return confirm_matches(desk.url, desk.settings, look(desk, path), changes, "sara")


def renamed(desk: Desk, first: int, **names: str) -> Path:
    """A file whose columns (canonical names) have other headers."""
    other = {HEADERS[name]: header for name, header in names.items()}
    return desk.file(lines(desk, first), Layout(renamed=other))


def added(desk: Desk, first: int, header: str) -> Path:
    return desk.file(lines(desk, first, **{header: "x"}), Layout(added=[header]))


def match_of(found: Recognition, header: str) -> tuple[str | None, str, float]:
    match = next(one for one in found.matches if one.header == header)
    return match.column, match.how, match.confidence


def codes(desk: Desk, load_id: int) -> set[str]:
    return {code for _, code, _ in desk.issues(load_id)}


def used(desk: Desk, load_id: int) -> tuple[int, str]:
    row = desk.row(
        "select mapping from app.runs where load_id = %s order by run_id desc limit 1", load_id
    )["mapping"]
    return row["version"], row["columns"]["net_amount"]


def test_a_confirmed_header_is_an_alias_of_the_next_load(desk: Desk) -> None:
    path = renamed(desk, 1, brand="مارک تجاری جنس", net_amount=ODD)
    before = look(desk, path)
    assert match_of(before, ODD)[1] != "alias"
    assert confirm(desk, path, {ODD: "net_amount", "مارک تجاری جنس": "brand"}) == 2

    result = desk.load(renamed(desk, 10, brand="مارک تجاری جنس", net_amount=ODD))
    assert "RENAMED_COLUMN" not in codes(desk, result.load_id)
    assert (result.canonical, result.net_amount) == (3, 330)
    assert used(desk, result.load_id) == (2, ODD)
    assert match_of(look(desk, path), ODD) == ("net_amount", "alias", 0.97)
    assert verify(desk.url) == []


def test_without_confirmation_the_same_header_is_said_to_be_renamed(desk: Desk) -> None:
    result = desk.load(renamed(desk, 1, city="نام شهرستان"))
    assert codes(desk, result.load_id) & {"RENAMED_COLUMN", "NEW_COLUMN"}


def test_a_header_said_to_be_no_column_is_known_and_may_go_missing(desk: Desk) -> None:
    path = added(desk, 1, NOTE)
    assert "NEW_COLUMN" in codes(desk, desk.load(path).load_id)
    assert confirm(desk, path, {NOTE: None}) == 2
    again = desk.load(added(desk, 10, NOTE))
    assert "NEW_COLUMN" not in codes(desk, again.load_id)
    without = desk.load(lines(desk, 20))
    assert "MISSING_COLUMN" not in codes(desk, without.load_id)


def test_what_was_ignored_can_be_confirmed_later(desk: Desk) -> None:
    path = renamed(desk, 1, city=NOTE)
    confirm(desk, path, {NOTE: None})
    assert confirm(desk, path, {NOTE: "city"}) == 3
    found = look(desk, path)
    assert match_of(found, NOTE)[:2] == ("city", "alias")
    assert "ignored_1" not in found.mapping.context


def test_what_is_understood_already_makes_no_version(desk: Desk) -> None:
    path = renamed(desk, 1, net_amount=ODD)
    confirm(desk, path, {ODD: "net_amount"})
    assert confirm(desk, path, {ODD: "net_amount", HEADERS["city"]: "city"}) == 2
    assert [one["version"] for one in list_versions(desk.url, SOURCE)] == [2]


def test_a_recheck_uses_the_mapping_of_today(desk: Desk) -> None:
    path = renamed(desk, 1, city=NOTE)
    result = desk.load(path)
    confirm(desk, path, {NOTE: "city"})
    recheck(desk.url, desk.settings, result.load_id)
    assert used(desk, result.load_id)[0] == 2
    assert "NEW_COLUMN" not in codes(desk, result.load_id)


@pytest.mark.parametrize(
    ("header", "column", "code"),
    [
        ("هیچ", "city", "UNKNOWN_HEADER"),
        (NOTE, "colour", "UNKNOWN_COLUMN"),
        (HEADERS["city"], "region", "HEADER_TAKEN"),
        (NOTE, "city", "MATCH_NOT_POSSIBLE"),  # the file has the very header of city
        (NOTE, "quantity", "MATCH_NOT_POSSIBLE"),
    ],
)
def test_what_cannot_hold_is_refused_and_not_kept(
    desk: Desk, header: str, column: str, code: str
) -> None:
    path = added(desk, 1, NOTE)
    with pytest.raises(RefusedAction) as caught:
        confirm(desk, path, {header: column})
    assert caught.value.code == code
    assert list_versions(desk.url, SOURCE) == []


def test_two_people_at_once_do_not_undo_each_other(desk: Desk) -> None:
    path = added(desk, 1, NOTE)
    seen_before = look(desk, path)
    confirm(desk, path, {NOTE: None})
    with pytest.raises(RefusedAction) as caught:
        confirm_matches(desk.url, desk.settings, seen_before, {NOTE: None}, "omid")
    assert caught.value.code == "MAPPING_CHANGED"


# --- Export and import ----------------------------------------------------------------------------


def raised(path: Path, version: int) -> Path:
    text = path.read_text("utf-8").replace("version: 1\n", f"version: {version}\n", 1)
    path.write_text(text, "utf-8")
    return path


def test_what_is_exported_comes_back_as_the_very_same(desk: Desk) -> None:
    path = desk.folder / "mapping.yml"
    export_mapping(MAPPING, path)
    assert read_contract(path, Mapping) == MAPPING
    import_mapping(desk.url, desk.settings, SOURCE, raised(path, 4), author="sara", reason="why")
    kept = read_remembered(desk.url, SOURCE).mapping(desk.settings.config_dir, SOURCE)
    assert kept == MAPPING.model_copy(update={"version": 4})
    assert [name for name, _ in kept.fields()] == [name for name, _ in MAPPING.fields()]
    (version,) = list_versions(desk.url, SOURCE)
    assert (version["version"], version["author"], version["reason"]) == (4, "sara", "why")


def test_the_ledger_check_reads_a_load_by_the_version_that_its_run_used(desk: Desk) -> None:
    """What the shipped mapping calls a sale is a return in version 2: the check must know."""
    path = desk.folder / "mapping.yml"
    export_mapping(MAPPING, path)
    text = raised(path, 2).read_text("utf-8")
    path.write_text(
        text.replace("  return_contains:\n", "  return_contains:\n  - مرجوع\n"), "utf-8"
    )
    import_mapping(desk.url, desk.settings, SOURCE, path, author="sara")
    result = desk.load(lines(desk, 1, transaction_type="فاکتور مرجوعی"))
    assert result.net_amount == -330
    assert verify(desk.url) == []


def test_an_import_that_is_wrong_names_every_fault_with_its_line(desk: Desk) -> None:
    path = desk.folder / "mapping.yml"
    export_mapping(MAPPING, path)
    text = raised(path, 2).read_text("utf-8")
    wrong = text.replace("calendar: jalali", "calendar: lunar").replace("IRR", "rial")
    path.write_text(wrong, "utf-8")
    with pytest.raises(WrongContract) as caught:
        import_mapping(desk.url, desk.settings, SOURCE, path, author="sara")
    for key in ("calendar: ", "currency: "):
        number = next(n for n, row in enumerate(wrong.splitlines(), 1) if row.startswith(key))
        assert f"line {number}, key {key.strip(': ')}" in caught.value.en
    assert list_versions(desk.url, SOURCE) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"- 1\n- 2\n", "key (file)"), (b"a: [", "while parsing")],
)
def test_an_import_that_is_no_mapping_at_all(desk: Desk, text: bytes, said: str) -> None:
    path = desk.folder / "mapping.yml"
    path.write_bytes(text)
    with pytest.raises(WrongContract, match=r"mapping\.yml") as caught:
        import_mapping(desk.url, desk.settings, SOURCE, path, author="sara")
    assert said in caught.value.en


def test_a_version_must_be_higher_and_the_source_the_same(desk: Desk) -> None:
    path = desk.folder / "mapping.yml"
    export_mapping(MAPPING, path)
    for source, code in ((SOURCE, "VERSION_NOT_HIGHER"), ("online_retail", "OTHER_SOURCE")):
        with pytest.raises(RefusedAction) as caught:
            import_mapping(desk.url, desk.settings, source, path, author="sara")
        assert caught.value.code == code


@pytest.mark.parametrize("table", ["app.mappings", "app.reading_settings"])
@pytest.mark.parametrize(
    "statement", ["update {} set author = 'x'", "delete from {}", "truncate {}"]
)
def test_what_was_taught_cannot_be_changed(desk: Desk, table: str, statement: str) -> None:
    confirm(desk, added(desk, 1, NOTE), {NOTE: None})
    with psycopg.connect(desk.url, autocommit=True) as connection:
        connection.execute(
            "insert into app.reading_settings (source_system, overrides, author)"
            " values ('karamad', '{}', 'sara')"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.format(table))


def test_a_table_of_which_nothing_is_known_has_no_month(settings: Settings) -> None:
    """Its neighbour beside the sample is easily picked instead of it."""
    labels = ROOT / "data" / "samples" / "karamad_1403-05.labels.csv"
    found = recognize(labels, settings)
    assert found.positions == {} and found.period_guess() is None
