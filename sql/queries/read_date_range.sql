-- Purpose: the first and the last event day of a load's accepted lines in its own month, which follows
-- the calendar of its source. Grain: one load.
select min(event_date) as first_day, max(event_date) as last_day
from kpi.rollup_days
where load_id = %(load_id)s
    and case
        when %(period)s::text < '1700' then jalali_month
        else to_char(event_date, 'YYYY-MM')
    end = %(period)s::text
