-- Purpose: months of a source whose customers were ranked from other published runs than those of
-- now. Grain: one month.
with present as (
    select tiers.jalali_month,
        string_agg(concat(states.load_id, ':', states.run_id), ' ' order by states.load_id) as runs
    from kpi.rollup_months as tiers
    join app.load_states as states using (load_id)
    where tiers.source_system = %(source)s and states.state = 'published'
    group by tiers.jalali_month
), known as (
    select jalali_month, runs
    from kpi.ranked_months
    where source_system = %(source)s
)
select jalali_month
from present
full join known using (jalali_month)
where present.runs is distinct from known.runs
order by jalali_month
