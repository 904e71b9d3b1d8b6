-- Purpose: one condition of a filter of issues: open or one of these statuses. Said as what it is not,
-- which few are: an issue without a state is open.
and not exists (
    select from dq.issue_states as other
    where other.issue_key = issues.issue_key and other.status <> all(%(statuses)s::text[])
)
