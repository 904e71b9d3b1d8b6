-- Purpose: the audit events that a filter asks for, for a sheet, in their order. Grain: one event.
select event_id, at, actor, action, subject_kind, subject_id, detail::text as detail, origin,
    encode(hash, 'hex') as hash
from ({matching}) as matching
order by event_id
