-- Purpose: how many audit events a filter asks for, and how many there are. Grain: one row.
select count(*) as events, (select count(*) from app.audit_events) as all_events
from ({matching}) as matching
