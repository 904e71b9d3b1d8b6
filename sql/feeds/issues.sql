-- Question: which lines break which rule, and what was said of it?
-- Grain: one rule broken by one line, or by the run as a whole (line_no is null), in a load's last run.
-- Formula: impact_amount is the money that the issue touches, in the load's currency.
-- Edge cases: loads of every state are here: ask for draft and published ones for what is in force.
-- raw_value is masked for who may not see personal data and did not hand in the file themselves,
-- unless its column is known to hold none.
-- Key: issue_id. Filters: load_id, source_system, period, state, rule_code, severity, status.
select issues.issue_id, issues.load_id, issues.run_id, states.source_system, states.period,
    states.state, issues.line_no, issues.rule_code, issues.severity, issues.column_name,
    case
        when issues.raw_value is null or issues.raw_value = '' or %(sees_personal)s
            or files.received_by = %(owner)s::text or exists (
            select from jsonb_array_elements(runs.mapping -> 'matches') as match
            where match ->> 'header' = issues.column_name
                and match ->> 'column' <> all (%(personal)s)
        ) then issues.raw_value
        else %(mask)s
    end as raw_value,
    issues.message, issues.impact_amount, issues.salesperson_id, issues.branch_id,
    coalesce(said.status, 'open') as status, said.assignee, said.changed_at,
    issues.fingerprint::text as fingerprint
from dq.dq_issues as issues
join app.load_states as states using (load_id)
join raw.loads as files using (load_id)
left join app.runs as runs on runs.run_id = issues.run_id
left join dq.issue_states as said using (issue_key)
