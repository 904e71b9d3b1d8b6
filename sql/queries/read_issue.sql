-- Purpose: one issue with its load and how the file was read in the run that found it. Grain: one.
select issues.issue_id, issues.run_id, issues.load_id, loads.source_system, loads.period,
    loads.state, files.file_name, files.received_by, issues.line_no, issues.rule_code, issues.severity,
    issues.column_name, {raw_value} as raw_value, issues.message, issues.impact_amount,
    issues.salesperson_id, issues.branch_id, coalesce(said.status, 'open') as status,
    said.assignee, said.changed_at,
    coalesce(said.status = 'fixed_at_source' and issues.load_id > said.load_id, false) as came_back,
    issues.fingerprint::text as fingerprint, issues.issue_key::text as issue_key,
    runs.inspection, runs.mapping
from dq.dq_issues as issues
join app.load_states as loads using (load_id)
join raw.loads as files using (load_id)
join app.runs as runs on runs.run_id = issues.run_id
left join dq.issue_states as said using (issue_key)
where issues.issue_id = %(issue_id)s
