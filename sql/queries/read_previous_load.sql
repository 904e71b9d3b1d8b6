-- Purpose: the last published load of a source before a month, for drift. Grain: one load; its net
-- amount is that of the file, rejected lines included, as the new file's is.
select stats.run_id, stats.load_id, stats.period, stats.lines_read,
    stats.net_amount + stats.rejected_net_amount as net_amount
from app.load_states as states
join dq.dq_run_stats as stats using (run_id)
where states.source_system = %(source)s
    and states.state = 'published'
    and states.period < %(period)s
    and stats.rule_code is null
order by states.period desc
limit 1
