-- Purpose: issues of a load's last run. Grain: one rule.
select rule_code, count(*) as issues
from dq.dq_issues
where load_id = %(load_id)s
group by rule_code
order by rule_code
