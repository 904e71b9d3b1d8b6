-- Purpose: lines refused behind the figures of months, and their money as far as it is readable.
-- Grain: one published load whose period touches one of the months; money signed.
select loads.load_id, loads.period, stats.canonical_lines,
    stats.rejected_lines, stats.rejected_net_amount
from kpi.published_loads as loads
join dq.dq_run_stats as stats on stats.run_id = loads.run_id and stats.rule_code is null
where loads.source_system = %(source)s and loads.period = any(%(periods)s)
order by loads.period, loads.load_id
