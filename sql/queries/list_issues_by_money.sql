-- Purpose: the next page of the issues that a filter asks for, the most money first.
-- Grain: one issue. The page begins after the last issue of the page before, when there is one.
select issue_id, run_id, load_id, source_system, period, state, line_no, rule_code, severity,
    column_name, raw_value, message, impact_amount, salesperson_id, branch_id, status, assignee,
    changed_at, came_back, fingerprint::text as fingerprint
from ({matching}) as matching
where %(after_issue)s::bigint is null
    or (-coalesce(impact_amount, '-Infinity'), issue_id)
        > (-%(after_amount)s::numeric, %(after_issue)s::bigint)
order by -coalesce(impact_amount, '-Infinity'), issue_id
limit %(limit)s
