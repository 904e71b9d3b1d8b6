"""The table of allowed pairs: which role may do what. Pages, routes, API and tests ask here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pipeline.access.people import Person, Role

_U, _S, _M, _A = Role.UPLOADER, Role.STEWARD, Role.MANAGER, Role.ADMIN


class Action(StrEnum):
    """Everything a person can do here, each a right of its own."""

    SEE_OVERVIEW = "see_overview"
    SEE_FIGURES = "see_figures"
    SEE_LINES = "see_lines"  # the facts behind a figure, and the line of the file
    EXPORT_FIGURES = "export_figures"
    SEE_PERSONAL = "see_personal"  # names, phones, addresses, national ids
    UPLOAD_FILE = "upload_file"  # hand in a file, run the pipeline over it again, call a run off
    SEE_RUN_STATS = "see_run_stats"
    SEE_LOADS = "see_loads"  # receipts, results, the original and its refused lines
    SEE_MAPPING = "see_mapping"
    CHANGE_MAPPING = "change_mapping"
    SEE_ISSUES = "see_issues"
    TRIAGE_ISSUES = "triage_issues"
    SEE_RULES = "see_rules"
    CHANGE_RULES = "change_rules"
    PUBLISH_MONTH = "publish_month"  # publish, void, undo
    LOCK_MONTH = "lock_month"
    HOLD_TOKENS = "hold_tokens"  # issue and revoke one's own tokens for the API
    MANAGE_USERS = "manage_users"
    SEE_AUDIT = "see_audit"
    CHANGE_SETTINGS = "change_settings"
    SEE_HEALTH = "see_health"


_ALL = frozenset({_U, _S, _M, _A})
_WORKS_ON_DATA = frozenset({_U, _S, _A})
_ANSWERS_FOR_DATA = frozenset({_S, _A})
_ADMIN = frozenset({_A})

ALLOWED: Mapping[Action, frozenset[Role]] = {
    Action.SEE_OVERVIEW: _ALL,
    Action.SEE_FIGURES: _ALL,
    Action.SEE_LINES: _ALL,
    Action.EXPORT_FIGURES: _ALL,
    Action.SEE_PERSONAL: _ANSWERS_FOR_DATA,
    Action.UPLOAD_FILE: _WORKS_ON_DATA,
    Action.SEE_RUN_STATS: _ALL,
    Action.SEE_LOADS: _WORKS_ON_DATA,
    Action.SEE_MAPPING: _WORKS_ON_DATA,
    Action.CHANGE_MAPPING: _WORKS_ON_DATA,
    Action.SEE_ISSUES: _WORKS_ON_DATA,
    Action.TRIAGE_ISSUES: _ANSWERS_FOR_DATA,
    Action.SEE_RULES: _WORKS_ON_DATA,
    Action.CHANGE_RULES: _ANSWERS_FOR_DATA,
    Action.PUBLISH_MONTH: _ANSWERS_FOR_DATA,
    Action.LOCK_MONTH: _ANSWERS_FOR_DATA,
    Action.HOLD_TOKENS: _ALL,
    Action.MANAGE_USERS: _ADMIN,
    Action.SEE_AUDIT: _ADMIN,
    Action.CHANGE_SETTINGS: _ADMIN,
    Action.SEE_HEALTH: _ADMIN,
}


# What somebody with a scope may do at the most: what stands in the facts of their scope.
WITHIN_SCOPE = frozenset(
    {Action.SEE_OVERVIEW, Action.SEE_FIGURES, Action.SEE_LINES, Action.EXPORT_FIGURES}
    | {Action.SEE_PERSONAL, Action.HOLD_TOKENS}
)


def may(person: Person | None, action: Action) -> bool:
    """Whether this person may do this; nobody may do anything. A scope takes the rest away."""
    if person is None or (person.scope.is_limited and action not in WITHIN_SCOPE):
        return False
    if action is Action.SEE_PERSONAL and person.sees_personal:
        return True
    return person.role in ALLOWED[action]
