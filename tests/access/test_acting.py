"""Who acts: what is said of it, by whom, and which deeds ask for which right."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from pipeline import mappings
from pipeline.access import acting
from pipeline.access.acting import (
    ENGINE,
    NOBODY,
    acting_as,
    acting_as_engine,
    acting_as_engine_itself,
    actor,
)
from pipeline.access.allowed import Action, may
from pipeline.db import connect, fetch_all_for, reading
from pipeline.errors import PipelineError, RefusedAction
from pipeline.exports import export_raw, export_refused
from pipeline.house_settings import TWO_PERSONS, change_setting
from pipeline.jobs.claiming import cancel_job
from pipeline.jobs.submit import submit_file, submit_recheck
from pipeline.months.difference import compare, difference, difference_of_undo
from pipeline.months.locks import lock_month, unlock_month
from pipeline.publications import publish, undo, void
from pipeline.quality.issue_filter import IssueFilter
from pipeline.quality.rule_settings import change_rule
from pipeline.quality.triage import Change, triage
from pipeline.settings import ROOT
from tests.access.people import CALLERS, MANAGER, STEWARD, UPLOADER
from tests.karamad import Desk

NONE = 4_711  # a load, job or issue that there is not: whoever may ask is told so
WHY = {"actor": "x", "reason": "x"}


def _submit(desk: Desk, out: Path, *, publishes: bool) -> object:
    path = out / "a.pdf"
    path.write_bytes(b"%PDF-1.7 no table at all")
    return submit_file(desk.url, desk.settings, path, user="x", publish=publishes)


# What people do, with arguments that lead to nothing, and the right that it asks for.
DEEDS: dict[str, tuple[Action, Callable[[Desk, Path], object]]] = {
    "publish": (Action.PUBLISH_MONTH, lambda desk, _: publish(desk.url, NONE, actor="x")),
    "void": (Action.PUBLISH_MONTH, lambda desk, _: void(desk.url, NONE, "x", actor="x")),
    "undo": (Action.PUBLISH_MONTH, lambda desk, _: undo(desk.url, "no", "1403-05", **WHY)),
    "lock": (Action.LOCK_MONTH, lambda desk, _: lock_month(desk.url, "no", "1403-05", **WHY)),
    "unlock": (Action.LOCK_MONTH, lambda desk, _: unlock_month(desk.url, "no", "1403-05", **WHY)),
    "difference": (Action.SEE_LOADS, lambda desk, _: difference(desk.url, NONE)),
    "undone": (Action.SEE_LOADS, lambda desk, _: difference_of_undo(desk.url, "no", "1403-05")),
    "compare": (Action.SEE_LOADS, lambda desk, _: compare(desk.url, NONE, NONE + 1)),
    "original": (Action.SEE_LOADS, lambda desk, out: export_raw(desk.url, NONE, out)),
    "refused": (
        Action.SEE_LOADS,
        lambda desk, out: export_refused(desk.url, desk.settings, NONE, out / "a.xlsx"),
    ),
    "upload": (Action.UPLOAD_FILE, lambda desk, out: _submit(desk, out, publishes=False)),
    "upload and publish": (
        Action.PUBLISH_MONTH, lambda desk, out: _submit(desk, out, publishes=True)
    ),
    "recheck": (
        Action.UPLOAD_FILE,
        lambda desk, _: submit_recheck(desk.url, desk.settings, NONE, user="x"),
    ),
    "cancel": (Action.UPLOAD_FILE, lambda desk, _: cancel_job(desk.url, NONE, "x")),
    "triage": (
        Action.TRIAGE_ISSUES,
        lambda desk, _: triage(
            desk.url, IssueFilter(loads=(NONE,)), Change(comment="x"), expected=1, actor="x"
        ),
    ),
    "rule": (
        Action.CHANGE_RULES,
        lambda desk, _: change_rule(desk.url, desk.settings, "NONE", author="x", reason="x"),
    ),
    "mapping": (
        Action.CHANGE_MAPPING,
        lambda desk, out: mappings.import_mapping(
            desk.url, desk.settings, "no", ROOT / "config" / "mapping_karamad.yml", author="x"
        ),
    ),
    "settle": (
        Action.CHANGE_SETTINGS,
        lambda desk, _: change_setting(desk.url, TWO_PERSONS, on=True, author="x", reason=" "),
    ),
}  # fmt: skip


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.attack("beyond a role")
def test_a_deed_asks_for_its_right(shop: Desk, tmp_path: Path, deed: str, caller: str) -> None:
    """Whoever may is told what is wrong with the question; all others that they may not."""
    action, act = DEEDS[deed]
    with acting_as(CALLERS[caller]), pytest.raises(PipelineError) as caught:
        act(shop, tmp_path)
    assert (caught.value.code != "NOT_ALLOWED") == may(CALLERS[caller], action), caught.value


def test_the_terminal_and_the_worker_are_the_engine() -> None:
    assert actor() is ENGINE
    with acting_as_engine(Action.MANAGE_USERS):
        assert actor() is ENGINE


def test_a_process_that_serves_people_asks_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a thread that somebody started and told nothing."""
    people = [STEWARD, None]
    monkeypatch.setattr(acting, "_ask", lambda: people[0])
    assert (actor().person, actor().role) == (STEWARD, "sales_engine_steward")
    with acting_as(MANAGER), ThreadPoolExecutor(1) as pool:
        assert actor().person is MANAGER
        assert pool.submit(actor).result().person is STEWARD
    people.reverse()
    assert actor() is NOBODY
    with pytest.raises(RefusedAction), acting_as_engine(Action.SEE_OVERVIEW):
        pass


def test_whoever_is_asked_may_read_the_database(
    shop: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> None:
        with connect(shop.url) as connection:
            assert connection.execute("select current_user").fetchone() == (ENGINE.role,)

    monkeypatch.setattr(acting, "_ask", ask)
    assert actor() is NOBODY


def test_the_engine_knows_for_whom_it_works(shop: Desk) -> None:
    with (
        acting_as(STEWARD),
        acting_as_engine(Action.PUBLISH_MONTH),
        connect(shop.url) as connection,
    ):
        row = connection.execute(
            "select current_user, current_setting('sales.person')::jsonb ->> 'name',"
            " current_setting('sales.person')::jsonb ->> 'action'"
        ).fetchone()
        assert row == (ENGINE.role, STEWARD.name, "publish_month")
        with pytest.raises(RefusedAction), acting_as_engine(Action.MANAGE_USERS):
            pass


def test_what_the_engine_reads_for_a_person_leaves_them_their_role(shop: Desk) -> None:
    key = {"load_id": 3, "line_no": 2}
    who = "select current_user"
    with acting_as(UPLOADER), reading(shop.url) as connection:
        assert fetch_all_for(Action.SEE_LINES, connection, "figures/raw_line", key)
        assert connection.execute(who).fetchone() == ("sales_engine_uploader",)
        with pytest.raises(RefusedAction):
            fetch_all_for(Action.SEE_PERSONAL, connection, "figures/raw_line", key)
    wrong: list[dict[str, object]] = [{"x": 1}, {"load_id": "x", "line_no": 1}]
    for params in wrong:
        for way, role in ((reading, "sales_engine_nobody"), (connect, "sales_engine_uploader")):
            with acting_as(UPLOADER), way(shop.url) as connection:
                with pytest.raises(psycopg.Error):
                    fetch_all_for(Action.SEE_LINES, connection, "figures/raw_line", params)
                assert connection.execute(who).fetchone() == (role,)


@pytest.mark.attack("another's page from a cache")
def test_nobodys_snapshot_is_anothers(shop: Desk) -> None:
    """A block within a block reads the same snapshot only for the same actor."""
    with acting_as(STEWARD), reading(shop.url) as mine:
        with reading(shop.url) as again:
            assert again is mine
        with acting_as_engine_itself(), reading(shop.url) as engines:
            assert engines is not mine
        with acting_as(MANAGER), reading(shop.url) as theirs:
            assert theirs is not mine


def test_the_engine_itself_works_for_nobody_in_few_places() -> None:
    """What has no person yet: sign-in, sessions, tokens, refusals; and what anybody may know."""
    may_say = ("pipeline/access/", "endpoints/", "pipeline/audit.py", "pipeline/house_settings.py")
    for folder in ("pages", "pipeline", "endpoints"):
        for path in (ROOT / folder).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            assert name.startswith(may_say) or "acting_as_engine_itself" not in path.read_text()
