-- Purpose: issues of drafts and published loads, and the money they touch. Grain: one rule.
select rule_code, count(*) as issues, coalesce(sum(impact_amount), 0) as impact_amount
from dq.dq_current_issues
group by rule_code
