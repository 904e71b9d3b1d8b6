-- Purpose: the rules whose issues touch the most money, in drafts and published loads.
-- Grain: one rule, severity and source system; impact in the loads' currency, most first.
select stats.rule_code, stats.severity, states.source_system, sum(stats.issues) as issues,
    sum(stats.impact_amount) as impact_amount
from dq.dq_run_stats as stats
join app.load_states as states using (load_id, run_id)
where stats.rule_code is not null and states.state in ('draft', 'published')
group by stats.rule_code, stats.severity, states.source_system
order by sum(stats.impact_amount) desc, sum(stats.issues) desc, stats.rule_code
limit %(limit)s
