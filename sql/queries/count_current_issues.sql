-- Purpose: issues of drafts and published loads, and the money they touch, in the source's currency.
-- Grain: one rule and source system.
select issues.rule_code, loads.source_system, count(*) as issues,
    coalesce(sum(issues.impact_amount), 0) as impact_amount
from dq.dq_current_issues as issues
join app.load_states as loads using (load_id)
group by issues.rule_code, loads.source_system
order by issues.rule_code, loads.source_system
