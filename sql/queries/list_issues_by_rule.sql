-- Purpose: the next page of the issues that a filter asks for, rule by rule.
-- Grain: one issue. The page begins after the last issue of the page before, when there is one.
select issue_id, run_id, load_id, source_system, period, state, line_no, rule_code, severity,
    column_name, raw_value, message, impact_amount, salesperson_id, branch_id, status, assignee,
    changed_at, came_back, fingerprint::text as fingerprint
from ({matching}) as matching
where %(after_issue)s::bigint is null
    or (rule_code, load_id, coalesce(line_no, 0), issue_id)
        > (
            %(after_rule)s::text, %(after_load)s::bigint, %(after_line)s::integer,
            %(after_issue)s::bigint
        )
order by rule_code, load_id, coalesce(line_no, 0), issue_id
limit %(limit)s
