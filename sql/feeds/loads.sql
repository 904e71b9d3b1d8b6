-- Question: which files came in, and what became of them?
-- Grain: one load.
-- Formula: counts and net_amount are those of the run that is shown, money in `currency`.
-- Edge cases: counts, net_amount and currency are null while no run is through; period is null while
-- it is not known.
-- Key: load_id. Filters: source_system, state, period.
select loads.load_id, loads.source_system, states.period, states.state, loads.file_name,
    loads.file_size, encode(loads.sha256, 'hex') as sha256, loads.received_at, loads.received_by,
    states.run_id, runs.mapping ->> 'currency' as currency, stats.lines_read,
    stats.canonical_lines, stats.rejected_lines, stats.blank_lines,
    stats.issues as issue_count, stats.net_amount, stats.rejected_net_amount
from raw.loads as loads
join app.load_states as states using (load_id)
left join app.runs as runs on runs.run_id = states.run_id
left join dq.dq_run_stats as stats on stats.run_id = states.run_id and stats.rule_code is null
