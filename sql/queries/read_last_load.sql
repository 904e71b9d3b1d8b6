-- Purpose: the load that a new file of a source is compared with: of the published ones that of the
-- latest month, else the newest draft. Grain: one load; amounts in the load's currency, signed.
select stats.load_id, stats.run_id, states.period, states.state, loads.file_name, loads.received_by,
    runs.mapping, stats.lines_read, stats.net_amount + stats.rejected_net_amount as net_amount
from app.load_states as states
join raw.loads using (load_id)
join app.runs on runs.run_id = states.run_id
join dq.dq_run_stats as stats on stats.run_id = states.run_id
where states.source_system = %(source)s
    and states.state in ('published', 'draft')
    and stats.rule_code is null
order by states.state = 'published' desc,
    case when states.state = 'published' then states.period end desc,
    states.load_id desc
limit 1
