-- Purpose: a run as a whole. Grain: one run.
select stats.lines_read, stats.canonical_lines, stats.rejected_lines, stats.blank_lines,
    stats.net_amount, stats.rejected_net_amount, reconciliations.balanced
from dq.dq_run_stats as stats
join dq.reconciliations using (run_id)
where stats.run_id = %(run_id)s and stats.rule_code is null
