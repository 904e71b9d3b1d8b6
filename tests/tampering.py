"""What only a superuser can do to a ledger, and what the check says of it."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from pipeline.verify import Gap


def tamper(url: str, *statements: str) -> None:
    """What only a superuser can do: past the triggers, and past what the run keeps in step."""
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        for statement in statements:
            cursor = connection.execute(statement)  # type: ignore[call-overload]
            assert cursor.rowcount != 0, f"touched nothing: {statement}"


def places(gaps: Sequence[Gap]) -> list[tuple[str, int | None, int | None]]:
    return [(gap.code, gap.load_id, gap.line_no) for gap in gaps]


def codes(gaps: Sequence[Gap]) -> str:
    """The distinct codes of the gaps, in order."""
    return " ".join(dict.fromkeys(gap.code for gap in gaps))
