"""A house in which every text says something that a screen or a spreadsheet might obey."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.access.accounts import change_role, changing, find_user, insert_user
from pipeline.access.people import Person, Role
from pipeline.access.sessions import Place, open_session
from pipeline.access.tokens import SCOPES, issue
from pipeline.house_settings import TWO_PERSONS, change_setting
from pipeline.jobs.submit import submit_file
from pipeline.mappings import import_mapping
from pipeline.months.locks import lock_month, unlock_month
from pipeline.publications import undo, void
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.rule_settings import change_rule
from pipeline.quality.triage import Change, triage
from pipeline.settings import ROOT
from pipeline.uploads import begin_upload
from tests.karamad import RETURN, SOURCE, Cells, Desk, Layout, write_lines
from tests.people import SETTINGS, make_person

# Each begins with a sign that a spreadsheet calculates by, and goes on with what a page might obey:
# `pwned` is what a script would set, evil.example whom a page must never ask or lead to.
IMAGE = "=1+1<img src=x onerror='window.pwned=1'>"
LINK = "@[l](javascript:window.pwned=1)![i](https://evil.example/i.png)"
WORDS = "+**fett9** $x^9$ :red[r9] `c9` https://evil.example <script>window.pwned=1</script>"
MINUS = "-1+1|cmd' /C calc'!A0 <a href='https://evil.example'>a9</a> # h9"
TAB, FULL_WIDTH = "\t=1+1 <svg onload='window.pwned=1'>", "＝1+1 <b>fett9</b> $$x^9$$"
TEXTS = (IMAGE, LINK, WORDS, MINUS, FULL_WIDTH)
FILE = "=1+1 <img src=x onerror='window.pwned=1'>[l](javascript:window.pwned=1) **fett9**"
NAME = "=سارا <img src=x onerror=pwned=1> **fett9**"
REASON = f"{WORDS} {LINK} {IMAGE}"
SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")

_TEXTS_OF_A_LINE = ("customer_name", "product_name", "salesperson_name", "brand", "branch_name")
_KEYS = ("invoice_id", "customer_id", "product_id", "salesperson_id", "branch_id", "city")
_LATER = {"system_date": "1403/06/02", "reference_date": "1403/06/02"}


@dataclass(frozen=True, slots=True)
class House:
    """What of it has an address."""

    desk: Desk
    person: Person  # an administrator
    load_id: int  # published
    bad_line: int
    run_id: int
    uploads: tuple[str, str]  # tokens of a file that waits to be run, and of one that is known

    def addresses(self) -> dict[str, list[str]]:
        """Page → query strings with which it shows the most; any other page is opened bare."""
        desk, load = self.desk, self.load_id
        issue = desk.value("select max(issue_id) from dq.dq_issues where load_id = %s", load)
        event = desk.value("select max(event_id) from app.audit_events where action = 'settle'")
        months = f"source={SOURCE}&from=1403-05&to=1403-06"
        narrowed = f"{months}&city=%3Cimg src=x%3E**fett9**&brand=%24x%5E9%24"
        figures = ("net_sales", "returns", "customers", "salespeople", "lines")
        return {
            **{name: [months, narrowed] for name in figures},
            "load": [f"load={load}", f"load={load}&act=publish", f"load={load + 1}&act=publish"],
            "line": [f"load={load}&line=2", f"load={load}&line={self.bad_line}"],
            "issues": ["", f"issue={issue}", "text=%3Cimg src=x%3E**fett9**"],
            "rules": ["", "rule=PRICE_OUTLIER", "rule=**fett9**"],
            "users": ["", f"user={self.person.user_id}", "text=**fett9**"],
            "upload": ["", *(f"file={one}&all=1" for one in self.uploads)],
            "run_stats": ["", f"run={self.run_id}"],
            "audit": ["", f"event={event}", "text=%3Cimg src=x%3E", "kind=**fett9**"],
        }


def lines() -> list[Cells]:
    """A month: each text somewhere as a name and as a code, a return, and what cannot be read."""
    found: list[Cells] = []
    for number, text in enumerate(TEXTS):
        names = {name: f"{text} {name}" for name in _TEXTS_OF_A_LINE}
        keys = dict.fromkeys(_KEYS, text[:60])
        found += [{**names, **keys}, {**names, **keys, **RETURN, "return_reason": text}]
        found += [{**names, **keys, "invoice_id": f"b{number}", "quantity": text}]
    found += [{"invoice_id": "t", "customer_name": TAB, "transaction_type": IMAGE}]
    return found


def fill(desk: Desk) -> House:
    """Everything that people and files can put into words, said in this way."""
    desk.settings = desk.settings.model_copy(update={"var_dir": desk.folder})
    person = make_person(desk.url, "admin", NAME)
    layout = Layout(added=(IMAGE, WORDS))
    first = desk.publish(_file(desk, "1", lines(), layout), user=NAME)
    later = [{**line, **_LATER} for line in lines()]
    desk.publish(_file(desk, "2", later, layout), "1403-06", user=NAME)
    desk.load(_file(desk, "3", [*lines(), {"invoice_id": "9"}], layout), user=NAME)
    _say_things(desk, person)
    uploads = _hand_in(desk, layout)
    bad_line, run_id = desk.rows(
        "select min(line_no) as line_no, max(run_id) as run_id from dq.dq_issues"
        " where load_id = %s and severity = 'ERROR'", first.load_id,
    )[0].values()  # fmt: skip
    return House(desk, person, first.load_id, bad_line, run_id, uploads)


def _say_things(desk: Desk, person: Person) -> None:
    """Comments, reasons, names of people, tokens and browsers."""
    why = {"actor": NAME, "reason": REASON}
    wanted = IssueFilter(loads=(1,))
    count = desk.value("select count(*) from dq_issues where load_id = 1")
    change = Change(status="accepted", assignee=NAME, comment=REASON, reason=REASON)
    triage(desk.url, wanted, change, expected=count, actor=NAME)
    change_rule(desk.url, desk.settings, "PRICE_OUTLIER", thresholds={"factor": 7},
                author=NAME, reason=REASON)  # fmt: skip
    void(desk.url, 2, REASON, actor=NAME)
    undo(desk.url, SOURCE, "1403-06", **why)
    lock_month(desk.url, SOURCE, "1403-06", **why)
    unlock_month(desk.url, SOURCE, "1403-06", **why)
    lock_month(desk.url, SOURCE, "1403-06", **why)
    for on in (True, False):
        change_setting(desk.url, TWO_PERSONS, on=on, author=NAME, reason=REASON)
    issue(desk.url, person, "=t <img src=x onerror=pwned=1> **fett9**", SCOPES, actor=NAME)
    with changing(desk.url, NAME) as connection:
        other = insert_user(connection, f"+{NAME[1:]}", Role.MANAGER, actor=NAME)
        open_session(connection, other, Place("127.0.0.1", WORDS))
        open_session(connection, person.user_id, Place(WORDS, IMAGE))
    change_role(desk.url, other, Role.UPLOADER, actor=NAME)
    assert find_user(desk.url, SETTINGS, NAME).open_sessions


def _hand_in(desk: Desk, layout: Layout) -> tuple[str, str]:
    """A file that waits to be run and one that is known, a job that waits, somebody's mapping."""
    new = _token(desk, _file(desk, "4", lines()[1:], layout))
    known = _token(desk, _file(desk, "1", lines(), layout))
    queued = _file(desk, "5", lines()[:4], layout)
    submit_file(desk.url, desk.settings, queued, source=SOURCE, period="1403-07", user=NAME)
    text = (ROOT / "config" / "mapping_karamad.yml").read_text("utf-8")
    mapping = desk.folder / "mapping.yml"
    mapping.write_text(text.replace("version: 1\n", "version: 2\n", 1), "utf-8")
    import_mapping(desk.url, desk.settings, SOURCE, mapping, author=NAME, reason=REASON)
    return new, known


def _token(desk: Desk, path: Path) -> str:
    """Of a file as the console's route takes it."""
    arrival = begin_upload(desk.settings, path.name, NAME, path.stat().st_size)
    arrival.write(path.read_bytes())
    return arrival.finish(path.stat().st_size).token


def _file(desk: Desk, number: str, rows: list[Cells], layout: Layout) -> Path:
    return write_lines(desk.folder / f"{FILE} {number}.csv", rows, layout)
