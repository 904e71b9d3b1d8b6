-- Purpose: one act on everything that a filter asks for, if it is as many issues as expected, and
-- nothing otherwise. Grain: one row, how many issues it was and how many events were added: an
-- issue that stands in several loads of a month is one.
with matching as materialized (
    {matching}
), counted as (
    select count(*) as issues
    from matching
), batch as materialized (
    select nextval('dq.issue_batches') as batch_id
), added as (
    insert into dq.issue_events (
        batch_id, issue_key, source_system, period, load_id, line_no, rule_code, column_name,
        raw_value, impact_amount, status, assignee, comment, reason, actor
    )
    select distinct on (matching.issue_key) batch.batch_id, matching.issue_key,
        matching.source_system, matching.period, matching.load_id, matching.line_no,
        matching.rule_code, matching.column_name, matching.raw_value, matching.impact_amount,
        %(status)s, %(new_assignee)s, %(comment)s, %(reason)s, %(actor)s
    from matching
    cross join batch
    cross join counted
    where counted.issues = %(expected)s
    order by matching.issue_key, matching.load_id desc
    returning 1
)
select batch.batch_id, counted.issues, (select count(*) from added) as events
from batch
cross join counted
