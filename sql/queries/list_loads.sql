-- Purpose: every load as it is now, with the totals of the run shown. Grain: one load, oldest first.
select loads.load_id, loads.source_system, states.period, states.state, loads.file_name,
    stats.lines_read as lines, stats.canonical_lines as canonical,
    stats.rejected_lines as rejected, stats.net_amount
from raw.loads
join app.load_states as states using (load_id)
left join dq.dq_run_stats as stats on stats.run_id = states.run_id and stats.rule_code is null
order by loads.load_id
