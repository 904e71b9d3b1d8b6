-- Purpose: note which published runs the ranks of months were worked out from. Grain: one month.
insert into kpi.ranked_months (source_system, jalali_month, runs)
select tiers.source_system, tiers.jalali_month,
    string_agg(concat(states.load_id, ':', states.run_id), ' ' order by states.load_id)
from kpi.rollup_months as tiers
join app.load_states as states using (load_id)
where tiers.source_system = %(source)s and tiers.jalali_month = any(%(months)s)
    and states.state = 'published'
group by tiers.source_system, tiers.jalali_month
