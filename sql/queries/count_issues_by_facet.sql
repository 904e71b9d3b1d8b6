-- Purpose: what the issues that a filter asks for are about. Grain: one facet (rule, severity,
-- column, …; `all` for the whole) and value; value is null where the issue has none.
select
    case
        when grouping(rule_code) = 0 then 'rule'
        when grouping(severity) = 0 then 'severity'
        when grouping(column_name) = 0 then 'column'
        when grouping(status) = 0 then 'status'
        when grouping(assignee) = 0 then 'assignee'
        when grouping(salesperson_id) = 0 then 'salesperson'
        when grouping(branch_id) = 0 then 'branch'
        when grouping(period) = 0 then 'month'
        when grouping(load_id) = 0 then 'load'
        else 'all'
    end as facet,
    coalesce(
        rule_code, severity, column_name, status, assignee, salesperson_id, branch_id, period,
        load_id::text
    ) as value,
    count(*) as issues,
    coalesce(sum(impact_amount), 0) as impact_amount
from ({matching}) as matching
group by grouping sets (
    (rule_code), (severity), (column_name), (status), (assignee), (salesperson_id), (branch_id),
    (period), (load_id), ()
)
order by facet, issues desc, value
