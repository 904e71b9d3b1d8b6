-- Purpose: what stewards changed of the rules, oldest first. Grain: one change.
select rule_code, severity, thresholds, author, at, reason
from dq.rule_settings
order by setting_id
