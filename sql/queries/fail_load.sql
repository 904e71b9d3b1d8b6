-- Purpose: a load whose first run failed. Grain: one load.
update app.load_states
set state = 'failed', changed_at = clock_timestamp()
where load_id = %(load_id)s and state = 'received'
