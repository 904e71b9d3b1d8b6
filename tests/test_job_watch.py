"""A run's heartbeat: it tells that the run goes on, and when its job is another's."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.db import Connection, run
from pipeline.jobs import watch
from pipeline.jobs.direct import load_now
from pipeline.jobs.records import list_jobs
from tests.karamad import PERIOD, Desk


def test_a_receipt_that_is_committed_behind_a_heartbeat_is_no_loss(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The beat finds no job yet, the look after it finds one that is this attempt's own."""
    beaten = 0

    def beat_too_early(connection: Connection, name: str, facts: dict[str, Any]) -> int:
        nonlocal beaten
        beaten += name == "jobs/beat"
        return 0 if name == "jobs/beat" else run(connection, name, facts)

    monkeypatch.setattr(watch, "run", beat_too_early)
    monkeypatch.setattr(watch, "BEAT_SECONDS", 0.001)
    result = load_now(
        desk.url, desk.settings, desk.file([{}, {}, {"quantity": "x"}]), period=PERIOD
    )
    assert beaten > 1
    assert result.status == "draft"
    assert [job.state for job in list_jobs(desk.url)] == ["done"]
