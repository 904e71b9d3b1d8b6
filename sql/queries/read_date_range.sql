-- Purpose: the first and the last event day of a load's accepted lines. Grain: one load.
select min(event_date) as first_day, max(event_date) as last_day
from canonical.sales
where load_id = %(load_id)s
