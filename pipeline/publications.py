"""Publishing, superseding and voiding: what managers see changes in one transaction."""

from __future__ import annotations

from pipeline.db import Connection, Row, fetch_one, run, transaction
from pipeline.errors import RefusedAction
from pipeline.kpi.published import refresh_figures
from pipeline.results import read_load


def publish(url: str, load_id: int, *, actor: str = "cli") -> int | None:
    """Make a load the one of its month; returns the load that it supersedes, if any.

    Raises RefusedAction when the load has no finished run, is voided, or does not balance.
    """
    with transaction(url) as connection:
        load = read_load(connection, load_id)
        _require_publishable(connection, load)
        month = {"source": load["source_system"], "period": load["period"]}
        run(connection, "lock_period", month)
        before = fetch_one(connection, "find_published_load", month)
        if before is not None and before["load_id"] == load_id:
            return None
        if before is not None:
            _move(connection, before["load_id"], "superseded", "supersede", month, actor)
        _move(connection, load_id, "published", "publish", month, actor)
        refresh_dimensions(connection, load["source_system"])
    return None if before is None else int(before["load_id"])


def void(url: str, load_id: int, reason: str, *, actor: str = "cli") -> None:
    """Withdraw a load: its figures leave every KPI, its RAW and its history stay.

    Raises RefusedAction without a reason, or when it is voided already.
    """
    if not reason.strip():
        raise RefusedAction(
            "REASON_MISSING",
            fa="برای باطل‌کردن یک بار باید دلیل بنویسید.",
            en="Give a reason for voiding a load.",
        )
    with transaction(url) as connection:
        load = read_load(connection, load_id)
        month = {"source": load["source_system"], "period": load["period"]}
        if load["period"] is not None:
            run(connection, "lock_period", month)
            load = read_load(connection, load_id)
        if load["state"] in ("voided", "received", "failed"):
            raise _not_possible(load, "void")
        _move(connection, load_id, "voided", "void", month, actor, reason)
        if load["state"] == "published":
            refresh_dimensions(connection, load["source_system"])


def _require_publishable(connection: Connection, load: Row) -> None:
    if load["state"] in ("received", "failed", "voided"):
        raise _not_possible(load, "publish")
    balance = fetch_one(connection, "read_reconciliation", {"run_id": load["run_id"]})
    if balance is None or not balance["balanced"]:
        gaps = balance or {"lines_gap": None, "amount_gap": None}
        raise RefusedAction(
            "OUT_OF_BALANCE",
            fa="بار {load_id} تراز نیست (سطر: {lines}، مبلغ: {amount}) و منتشر نمی‌شود. "
            "«recheck {load_id}» را اجرا کنید.",
            en="Load {load_id} does not balance (lines: {lines}, amount: {amount}) and cannot be "
            "published. Run `recheck {load_id}`.",
            load_id=load["load_id"],
            lines=gaps["lines_gap"],
            amount=gaps["amount_gap"],
        )


def _move(
    connection: Connection,
    load_id: int,
    state: str,
    action: str,
    month: dict[str, str],
    actor: str,
    reason: str | None = None,
) -> None:
    run(connection, "set_load_state", {"load_id": load_id, "state": state})
    facts = {"load_id": load_id, "action": action, "reason": reason, "actor": actor, **month}
    run(connection, "add_publication", facts)


def refresh_dimensions(connection: Connection, source: str) -> None:
    """Versions of customers, products, salespeople and branches from what is published now.

    Also what figures need of them: both follow from the same set of loads.
    """
    refresh_figures(connection, source)
    for dimension in ("customers", "products", "salespeople", "branches"):
        run(connection, f"dimensions/clear_{dimension}", {"source": source})
        run(connection, f"dimensions/refresh_{dimension}", {"source": source})


def _not_possible(load: Row, action: str) -> RefusedAction:
    return RefusedAction(
        "STATE_NOT_POSSIBLE",
        fa="بار {load_id} در وضعیت «{state}» است و این کار ({action}) بر آن شدنی نیست.",
        en="Load {load_id} is {state}; {action} is not possible.",
        load_id=load["load_id"],
        state=load["state"],
        action=action,
    )
