-- Purpose: the receipt of the same bytes, if they came before. Grain: one load.
select loads.load_id, loads.file_name, loads.received_at, loads.received_by,
    states.state, states.period, states.run_id
from raw.loads
join app.load_states as states using (load_id)
where loads.source_system = %(source)s and loads.sha256 = %(sha256)s
