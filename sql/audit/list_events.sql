-- Purpose: a page of the audit events that a filter asks for, the newest first, from an event
-- downwards. Grain: one event.
select event_id, at, actor, action, subject_kind, subject_id, detail, origin
from ({matching}) as matching
where %(before)s::bigint is null or event_id < %(before)s::bigint
order by event_id desc
limit %(limit)s
