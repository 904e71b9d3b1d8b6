-- Purpose: issues with what they are about, of one load or of all in force (drafts and published).
-- Grain: one issue, in the order of the files.
select issues.issue_id, issues.run_id, issues.load_id, states.source_system, states.period,
    states.state, loads.file_name, issues.line_no, issues.rule_code, issues.severity,
    issues.column_name, issues.raw_value, issues.message, issues.impact_amount,
    issues.fingerprint::text as fingerprint
from dq.dq_issues as issues
join app.load_states as states using (load_id)
join raw.loads using (load_id)
where (
        issues.load_id = %(load_id)s::bigint
        or (%(load_id)s::bigint is null and states.state in ('draft', 'published'))
    )
    and (%(code)s::text is null or issues.rule_code = %(code)s::text)
order by issues.load_id, issues.line_no nulls first, issues.issue_id
