"""What a run is about to be: which load, what the user asked, how the file is read and judged."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from pipeline.contracts import Mapping
from pipeline.db import Connection, Row, fetch_all, fetch_one, transaction
from pipeline.errors import PipelineError
from pipeline.ingestion.inspection import Overrides
from pipeline.quality.rules import RuleSet, read_catalogue, rule_set
from pipeline.recognition import Recognition
from pipeline.results import run_tables
from pipeline.settings import Settings
from pipeline.transform.jalali import period_days


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user said of a file beforehand; it is kept with the run and holds in a recheck."""

    period: str | None = None
    overrides: Overrides | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """One run about to be made: which load, read how, judged by which rules."""

    load_id: int
    run_id: int
    started_at: datetime
    recognition: Recognition
    rules: RuleSet
    period: str | None
    names: dict[str, Any]

    @property
    def mapping(self) -> Mapping:
        return self.recognition.mapping


def check_period(mapping: Mapping, period: str | None) -> None:
    """Raise PipelineError when a period is no month of the source's calendar."""
    if period is None:
        return
    try:
        period_days(period, mapping.calendar)
    except ValueError:
        example = "1403-05" if mapping.calendar == "jalali" else "2024-08"
        raise PipelineError(
            "WRONG_PERIOD",
            fa="دورهٔ «{period}» ماه درستی نیست؛ آن را مانند {example} بنویسید.",
            en="The period '{period}' is no month; write it like {example}.",
            period=period,
            example=example,
        ) from None


def begin_run(
    url: str,
    settings: Settings,
    load_id: int,
    recognition: Recognition,
    asked: Asked,
    user: str,
) -> Plan:
    """Note that a run begins, with everything it is based on."""
    with transaction(url) as connection:
        changes = fetch_all(connection, "list_rule_settings")
        rules = rule_set(read_catalogue(settings.config_dir), changes)
        facts = {
            "load_id": load_id,
            "started_by": user,
            "mapping": Jsonb(recognition.as_used()),
            "inspection": Jsonb(_inspection_facts(recognition, asked), dumps=_dumps),
            "rules": Jsonb(rules.as_used()),
        }
        row = fetch_one(connection, "add_run", facts)
    assert row is not None
    names = run_tables(load_id, row["run_id"], recognition.mapping.source_system)
    return Plan(load_id, row["run_id"], row["started_at"], recognition, rules, asked.period, names)


def _inspection_facts(recognition: Recognition, asked: Asked) -> dict[str, Any]:
    """How the file was read, to be recorded with the run."""
    table = recognition.table
    return {
        **asdict(recognition.inspection),
        "format": table.format,
        "remarks": recognition.remarks,
        "asked": asdict(asked),
    }


def asked_before(
    connection: Connection, load: Row, period: str | None, first: Asked | None = None
) -> Asked:
    """What the user said when the load came in; a month that is settled stays.

    `first` is what was said of a load that has no run yet.
    """
    last = fetch_one(connection, "read_last_run", {"load_id": load["load_id"]})
    if last is None and first is not None:
        return replace(first, period=period or first.period)
    asked = last["inspection"].get("asked", {}) if last is not None else {}
    overrides = asked.get("overrides")
    month = load["period"] or period or asked.get("period")
    return Asked(month, overrides and Overrides(**overrides))


def _dumps(value: Any) -> str:
    """JSON of facts that hold a byte order mark and small enumerations."""
    return json.dumps(
        value, default=lambda item: item.hex() if isinstance(item, bytes) else str(item)
    )
