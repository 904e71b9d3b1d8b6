-- Purpose: issues that somebody said something of and that no load in force has any more: mended,
-- or no longer found by the rules of the last run. Only months that have a load in force count.
-- Grain: one issue, the last that was heard of first.
select said.source_system, said.period, issues.load_id, issues.line_no, issues.rule_code,
    issues.column_name, {raw_value} as raw_value, issues.impact_amount, said.status, said.assignee,
    issues.reason, issues.actor, said.changed_at, said.issue_key::text as issue_key
from dq.issue_states as said
join dq.issue_events as issues using (event_id)
join app.load_states as last on last.load_id = issues.load_id
join raw.loads as files on files.load_id = issues.load_id
left join app.runs as runs on runs.run_id = last.run_id
where (%(source)s::text is null or said.source_system = %(source)s::text)
    and (%(months)s::text[] is null or said.period = any(%(months)s::text[]))
    and exists (
        select from app.load_states as loads
        where loads.source_system = said.source_system and loads.period = said.period
            and loads.state in ('draft', 'published')
    )
    and not exists (
        select from dq.dq_issues as found
        join app.load_states as loads using (load_id)
        where found.issue_key = said.issue_key and loads.state in ('draft', 'published')
    )
order by said.changed_at desc, said.event_id desc
limit %(limit)s
