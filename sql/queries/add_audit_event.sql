-- Purpose: write down a deed; number, time and hashes are the database's. Grain: one event.
insert into app.audit_events (actor, action, subject_kind, subject_id, detail)
values (%(actor)s, %(action)s, %(kind)s, %(subject_id)s, %(detail)s)
returning event_id
