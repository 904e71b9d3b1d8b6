-- Purpose: move a load to another state. Grain: one load.
update app.load_states
set state = %(state)s, changed_at = clock_timestamp()
where load_id = %(load_id)s
