-- Purpose: who did what, in order, from a moment on. Grain: one event.
select event_id, at, actor, action, subject_kind, subject_id, detail, origin,
    encode(hash, 'hex') as hash
from app.audit_events
where %(since)s::timestamptz is null or at >= %(since)s
order by event_id
