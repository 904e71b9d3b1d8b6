-- Purpose: every receipt, with the run whose results are shown; of a purged load nothing but the
-- receipt is left. Grain: one load.
select loads.load_id, loads.source_system, loads.file_size, loads.sha256, states.run_id,
    runs.mapping, runs.inspection
from raw.loads as loads
left join app.load_states as states using (load_id)
left join app.runs as runs on runs.run_id = states.run_id and runs.load_id = loads.load_id
where loads.load_id not in (select load_id from app.purges)
order by loads.load_id
