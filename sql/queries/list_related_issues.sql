-- Purpose: other issues of one line, and issues that share an issue's fingerprint (twins, or the
-- same issue in another load). Grain: one issue.
select issues.issue_id, issues.load_id, issues.line_no, issues.rule_code, issues.severity,
    issues.column_name, {raw_value} as raw_value, issues.impact_amount,
    issues.fingerprint = one.fingerprint as is_twin
from dq.dq_issues as one
join dq.dq_issues as issues on issues.issue_id <> one.issue_id
    and (
        issues.load_id = one.load_id and issues.line_no = one.line_no
        or issues.fingerprint = one.fingerprint and one.line_no is not null
    )
join raw.loads as files on files.load_id = issues.load_id
left join app.runs as runs on runs.run_id = issues.run_id
where one.issue_id = %(issue_id)s
order by is_twin, issues.load_id, issues.line_no, issues.issue_id
limit %(limit)s
