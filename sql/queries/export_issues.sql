-- Purpose: the issues that a filter asks for, for a sheet. Grain: one issue, in the order of files.
select matching.issue_id, matching.run_id, matching.load_id, matching.source_system,
    matching.period, matching.state, loads.file_name, matching.line_no, matching.rule_code,
    matching.severity, matching.column_name, matching.raw_value, matching.message,
    matching.impact_amount, matching.salesperson_id, matching.branch_id, matching.status,
    matching.assignee, events.reason as reason_given, events.comment,
    matching.fingerprint::text as fingerprint, matching.issue_key::text as issue_key
from ({matching}) as matching
join raw.loads as loads using (load_id)
left join dq.issue_states as said using (issue_key)
left join dq.issue_events as events using (event_id)
order by matching.load_id, matching.line_no nulls first, matching.issue_id
