-- Purpose: a new load begins as received. Grain: one load.
insert into app.load_states (load_id, source_system)
values (%(load_id)s, %(source)s)
