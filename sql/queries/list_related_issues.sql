-- Purpose: other issues of one line, and issues that share an issue's fingerprint (twins, or the
-- same issue in another load). Grain: one issue.
select others.issue_id, others.load_id, others.line_no, others.rule_code, others.severity,
    others.column_name, others.raw_value, others.impact_amount,
    others.fingerprint = issues.fingerprint as is_twin
from dq.dq_issues as issues
join dq.dq_issues as others on others.issue_id <> issues.issue_id
    and (
        others.load_id = issues.load_id and others.line_no = issues.line_no
        or others.fingerprint = issues.fingerprint and issues.line_no is not null
    )
where issues.issue_id = %(issue_id)s
order by is_twin, others.load_id, others.line_no, others.issue_id
limit %(limit)s
