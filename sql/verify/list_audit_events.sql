-- Purpose: the fields of each audit event as the texts that its hash is made of. Grain: one event.
select event_id, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at, actor, action,
    subject_kind, subject_id, detail::text as detail, detail ->> 'rows' as ids, origin, row_digest,
    previous_hash, hash
from app.audit_events
order by event_id
