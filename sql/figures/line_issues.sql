-- Purpose: what was found wrong with one line. Grain: one issue, errors first.
select issue_id, rule_code, severity, column_name, raw_value, message, impact_amount,
    fingerprint::text as fingerprint
from dq.dq_issues
where load_id = %(load_id)s and line_no = %(line_no)s
order by severity, rule_code, column_name, issue_id
