-- Question: how good was each run, as a whole and by rule?
-- Grain: one run (rule_code is null), and one run and rule that found something.
-- Formula: issues, errors and warnings count issues; net_amount is the signed sum of canonical lines,
-- impact_amount the money that the issues touch.
-- Edge cases: of a rule's row the counts of lines are those of its run. Money in the load's currency.
-- Key: run_id, rule_code?. Filters: load_id, source_system, period.
select run_id, rule_code, load_id, source_system, period, severity, lines_read, canonical_lines,
    rejected_lines, blank_lines, issues as issue_count, errors as error_count,
    warnings as warning_count, net_amount, rejected_net_amount, impact_amount, started_at,
    finished_at
from dq.dq_run_stats
