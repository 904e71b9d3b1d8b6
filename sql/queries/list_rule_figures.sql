-- Purpose: the issues of one run by rule, the most frequent first, with their share of all and the
-- share that the rules so far make up (Pareto), beside another run. Grain: one rule that found
-- something in either run; money in the load's currency.
select rule_code, coalesce(now.severity, before.severity) as severity,
    coalesce(now.issues, 0) as issues, coalesce(now.impact_amount, 0) as impact_amount,
    coalesce(now.issues, 0) / nullif(sum(now.issues) over (), 0)::numeric as share,
    sum(coalesce(now.issues, 0)) over (
        order by coalesce(now.issues, 0) desc, rule_code
    ) / nullif(sum(now.issues) over (), 0)::numeric as cumulative_share,
    case when %(before_run_id)s::bigint is not null then coalesce(before.issues, 0) end
        as before_issues
from (
    select rule_code, severity, issues, impact_amount
    from dq.dq_run_stats
    where run_id = %(run_id)s and rule_code is not null
) as now
full join (
    select rule_code, severity, issues
    from dq.dq_run_stats
    where run_id = %(before_run_id)s::bigint and rule_code is not null
) as before using (rule_code)
order by issues desc, rule_code
