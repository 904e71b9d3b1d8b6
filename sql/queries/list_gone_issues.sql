-- Purpose: issues that somebody said something of and that no load in force has any more: mended,
-- or no longer found by the rules of the last run. Only months that have a load in force count.
-- Grain: one issue, the last that was heard of first.
select said.source_system, said.period, last.load_id, last.line_no, last.rule_code,
    last.column_name, last.raw_value, last.impact_amount, said.status, said.assignee, last.reason,
    last.actor, said.changed_at, said.issue_key::text as issue_key
from dq.issue_states as said
join dq.issue_events as last using (event_id)
where (%(source)s::text is null or said.source_system = %(source)s::text)
    and (%(months)s::text[] is null or said.period = any(%(months)s::text[]))
    and exists (
        select from app.load_states as loads
        where loads.source_system = said.source_system and loads.period = said.period
            and loads.state in ('draft', 'published')
    )
    and not exists (
        select from dq.dq_issues as issues
        join app.load_states as loads using (load_id)
        where issues.issue_key = said.issue_key and loads.state in ('draft', 'published')
    )
order by said.changed_at desc, said.event_id desc
limit %(limit)s
