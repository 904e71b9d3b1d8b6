-- Purpose: one load with its state and last run. Grain: one load.
select loads.load_id, loads.source_system, loads.file_name, loads.file_size, loads.sha256,
    loads.received_at, loads.received_by, states.state, states.period, states.run_id,
    runs.mapping, runs.inspection, runs.started_at, purges.at as purged_at
from raw.loads
join app.load_states as states using (load_id)
left join app.runs as runs on runs.run_id = states.run_id
left join app.purges as purges on purges.load_id = loads.load_id
where loads.load_id = %(load_id)s
