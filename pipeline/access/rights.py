"""What each action needs of the database: from here and ALLOWED come the grants of every role.

An object that is not named here is nobody's but the engine's: RAW, personal columns, accounts. What
reaches further is done with `acting_as_engine`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.access.allowed import Action, may
from pipeline.access.people import Person, Role, Scope

# What the pipeline works as, and nobody: see sql/roles/create_roles.sql.
APP_ROLE = "sales_engine_app"
NOBODY_ROLE = "sales_engine_nobody"
LIMITED_ROLE = "sales_engine_limited_manager"
SELECT = ("select",)


@dataclass(frozen=True, slots=True)
class Right:
    """Privileges on a table, view, sequence or function; of `columns` alone where any are named."""

    name: str
    privileges: tuple[str, ...] = SELECT
    columns: tuple[str, ...] = ()


def _reads(schema: str, *names: str) -> tuple[Right, ...]:
    return tuple(Right(f"{schema}.{name}") for name in names)


_CUSTOMER = (
    "source_system", "customer_id", "valid_from", "valid_to", "trade_class", "sales_channel",
    "region_id", "region", "route_id", "route", "province", "city", "country",
)  # fmt: skip
_FIGURES = (
    *_reads(
        "kpi",
        "kpi_net_sales_by_branch_month", "kpi_net_sales_by_brand_month",
        "kpi_net_sales_by_city_month", "kpi_net_sales_daily", "kpi_net_sales_month",
        "kpi_return_rate_by_product_month", "kpi_salesperson_performance_month",
        "kpi_top_customers_month",
    ),
    *_reads(  # what these views stand on, with the rights of whoever asks
        "kpi",
        "counted_customers", "counted_days", "counted_months", "counted_products",
        "counted_salespeople", "counted_visits", "customer_cities", "double_counts",
        "figures_mark", "months_of_loads", "product_brands", "published_invoices",
        "published_loads", "published_months", "published_sales", "ranked_customers",
        "rollup_customers", "rollup_days", "rollup_invoices", "rollup_months", "rollup_products",
        "rollup_salespeople", "rollup_visits", "salesperson_branches",
    ),
    *_reads("dim", "products", "salespeople", "branches", "jalali_months", "masked_customers"),
    Right("dim.customers", SELECT, _CUSTOMER),
    Right("canonical.sales"),
    Right("dq.dq_run_stats"),
)  # fmt: skip
_LOADS = (
    *_reads("app", "load_states", "runs", "jobs", "publications", "purges"),
    *_reads("raw", "loads"),
    *_reads("dq", "reconciliations", "dq_run_stats"),
    Right("canonical.rejected_lines", SELECT, ("load_id", "net_amount")),
)
_ISSUES = (
    *_reads("dq", "dq_issues", "dq_current_issues", "issue_events", "issue_states"),
    *_reads("app", "load_states", "runs"),
    Right("raw.loads"),
    *_reads("dim", "salespeople", "branches", "jalali_months"),
)
_MAPPING = _reads("app", "mappings", "reading_settings")

RIGHTS: Mapping[Action, tuple[Right, ...]] = {
    Action.SEE_OVERVIEW: _FIGURES,
    Action.SEE_FIGURES: _FIGURES,
    Action.SEE_LINES: _FIGURES,
    Action.EXPORT_FIGURES: _FIGURES,
    Action.SEE_PERSONAL: (),  # one function reads it, see pipeline/kpi/personal.py
    Action.UPLOAD_FILE: (*_LOADS, *_MAPPING, Right("dq.rule_settings")),
    Action.SEE_RUN_STATS: (
        *_reads("dq", "dq_run_stats", "reconciliations"),
        Right("app.load_states"),
    ),
    Action.SEE_LOADS: _LOADS,
    Action.SEE_MAPPING: _MAPPING,
    Action.CHANGE_MAPPING: (*_MAPPING, Right("app.mappings", ("insert",))),
    Action.SEE_ISSUES: _ISSUES,
    Action.TRIAGE_ISSUES: (
        *_ISSUES,
        Right("dq.issue_events", ("insert",)),
        Right("dq.issue_batches", ("usage",)),
        Right("dq.issue_states", ("maintain",)),
    ),
    Action.SEE_RULES: (*_reads("dq", "rule_settings", "dq_issues"), Right("app.load_states")),
    Action.CHANGE_RULES: (Right("dq.rule_settings", ("select", "insert")),),
    Action.PUBLISH_MONTH: (),
    Action.LOCK_MONTH: (),
    Action.HOLD_TOKENS: (),  # the engine keeps them, see pipeline/access/tokens.py
    Action.MANAGE_USERS: (),
    Action.SEE_AUDIT: (Right("app.audit_events"),),
    Action.CHANGE_SETTINGS: (),
    Action.SEE_HEALTH: (),
}

# One of each kind of person that the database tells apart.
_KINDS = (
    *(Person(0, "", role) for role in Role),
    Person(0, "", Role.MANAGER, False, Scope(("0",))),
)


def database_role(person: Person) -> str:
    """The role of PostgreSQL that a person acts with; the least one for somebody limited."""
    return LIMITED_ROLE if person.scope.is_limited else f"sales_engine_{person.role}"


PEOPLES_ROLES = tuple(database_role(person) for person in _KINDS)


def grants() -> Iterator[tuple[str, Right]]:
    """Role of the database and what it is granted, nothing twice."""
    for person in _KINDS:
        rights = (right for action in Action if may(person, action) for right in RIGHTS[action])
        for right in dict.fromkeys(rights):
            yield database_role(person), right
