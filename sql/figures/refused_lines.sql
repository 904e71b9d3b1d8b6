-- Purpose: lines refused behind the figures of months, and their money as far as it is readable.
-- Grain: one published load whose period touches one of the months; money signed.
select states.load_id, states.period, stats.canonical_lines,
    stats.rejected_lines, stats.rejected_net_amount
from app.load_states as states
join dq.dq_run_stats as stats on stats.run_id = states.run_id and stats.rule_code is null
where states.source_system = %(source)s and states.state = 'published'
    and states.period = any(%(periods)s)
order by states.period, states.load_id
