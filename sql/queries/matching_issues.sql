-- Purpose: the issues that a filter asks for, with what was said of them; part of other statements.
-- Grain: one issue. An issue without a state is open and nobody's.
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
where {asked}
    {status}
    and (%(assignee)s::text is null or said.assignee = %(assignee)s::text
        or %(assignee)s::text = '' and said.assignee is null)
    and (not %(came_back)s::boolean
        or said.status = 'fixed_at_source' and issues.load_id > said.load_id)
