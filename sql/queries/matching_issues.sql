-- Purpose: the issues that a filter asks for, with what was said of them; part of other statements.
-- Grain: one issue. A parameter that is null asks for nothing. Without loads by number, and without
-- states, it is drafts and published loads. An issue without a state is open and nobody's.
select issues.issue_id, issues.run_id, issues.load_id, loads.source_system, loads.period,
    loads.state, issues.line_no, issues.rule_code, issues.severity, issues.column_name,
    {raw_value} as raw_value,
    issues.message, issues.impact_amount, issues.salesperson_id, issues.branch_id,
    coalesce(said.status, 'open') as status, said.assignee, said.changed_at,
    -- said to be mended, and here again in a load that came later
    coalesce(said.status = 'fixed_at_source' and issues.load_id > said.load_id, false) as came_back,
    issues.fingerprint, issues.issue_key
from dq.dq_issues as issues
join app.load_states as loads using (load_id)
left join raw.loads as files using (load_id)
left join app.runs as runs on runs.run_id = issues.run_id
left join dq.issue_states as said using (issue_key)
where (%(issue_ids)s::bigint[] is null or issues.issue_id = any(%(issue_ids)s::bigint[]))
    and (%(loads)s::bigint[] is null or issues.load_id = any(%(loads)s::bigint[]))
    and (%(states)s::text[] is null or loads.state = any(%(states)s::text[]))
    and (%(source)s::text is null or loads.source_system = %(source)s::text)
    and (%(months)s::text[] is null or loads.period = any(%(months)s::text[]))
    and (%(rules)s::text[] is null or issues.rule_code = any(%(rules)s::text[]))
    and (%(severities)s::text[] is null or issues.severity = any(%(severities)s::text[]))
    and (%(columns)s::text[] is null or issues.column_name = any(%(columns)s::text[]))
    and (%(salespeople)s::text[] is null or issues.salesperson_id = any(%(salespeople)s::text[]))
    and (%(branches)s::text[] is null or issues.branch_id = any(%(branches)s::text[]))
    {status}
    and (%(assignee)s::text is null or said.assignee = %(assignee)s::text
        or %(assignee)s::text = '' and said.assignee is null)
    and (%(text)s::text is null
        or {raw_value} ilike %(text)s::text or issues.message ilike %(text)s::text)
    and (%(min_amount)s::numeric is null or issues.impact_amount >= %(min_amount)s::numeric)
    and (%(max_amount)s::numeric is null or issues.impact_amount <= %(max_amount)s::numeric)
    and (not %(came_back)s::boolean
        or said.status = 'fixed_at_source' and issues.load_id > said.load_id)
