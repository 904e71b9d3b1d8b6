-- Purpose: one audit event with its place in the chain. Grain: one event.
select event_id, at, actor, action, subject_kind, subject_id, detail, origin,
    encode(hash, 'hex') as hash, encode(previous_hash, 'hex') as previous_hash
from app.audit_events
where event_id = %(event_id)s
