-- Purpose: the end of the audit chain. Grain: one event.
select event_id, hash, at
from app.audit_events
order by event_id desc
limit 1
