-- Purpose: what there is to choose from in the filter of issues: rules, months and loads by the stats
-- of the runs in force, columns, salespeople and branches by one pass over their issues.
-- Grain: one facet and value, the most frequent first.
with in_force as (
    select load_id, run_id, period
    from app.load_states
    where state in ('draft', 'published')
), by_run as (
    select case when grouping(stats.rule_code) = 0 then 'rule'
            when grouping(in_force.period) = 0 then 'month' else 'load' end as facet,
        coalesce(stats.rule_code, in_force.period, in_force.load_id::text) as value,
        sum(stats.issues) as issues
    from in_force
    join dq.dq_run_stats as stats using (load_id, run_id)
    where stats.rule_code is not null
    group by grouping sets ((stats.rule_code), (in_force.period), (in_force.load_id))
), by_line as (
    select case when grouping(issues.column_name) = 0 then 'column'
            when grouping(issues.salesperson_id) = 0 then 'salesperson' else 'branch' end as facet,
        coalesce(issues.column_name, issues.salesperson_id, issues.branch_id) as value,
        count(*) as issues
    from in_force
    join dq.dq_issues as issues using (load_id)
    group by grouping sets (
        (issues.column_name), (issues.salesperson_id), (issues.branch_id)
    )
)
select facet, value
from (select * from by_run union all select * from by_line) as found
where value is not null
order by facet, issues desc, value
