-- Purpose: note a step in the life of a load. Grain: one step.
insert into app.publications (load_id, action, source_system, period, reason, actor)
values (%(load_id)s, %(action)s, %(source)s, %(period)s, %(reason)s, %(actor)s)
