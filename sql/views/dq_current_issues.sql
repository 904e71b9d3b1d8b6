-- Question: which issues concern what is in force, published or still a draft?
-- Grain: one issue. Formula: dq_issues of loads that are neither superseded nor voided.
-- Edge cases: run-level issues have no line_no.
create view dq.dq_current_issues as
select issues.issue_id, issues.run_id, issues.load_id, states.source_system, states.period,
    states.state, issues.line_no, issues.rule_code, issues.severity, issues.column_name,
    issues.raw_value, issues.message, issues.impact_amount, issues.fingerprint
from dq.dq_issues as issues
join app.load_states as states using (load_id)
where states.state in ('draft', 'published')
