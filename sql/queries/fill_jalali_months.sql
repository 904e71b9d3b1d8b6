-- Purpose: the calendar's months. Grain: one Jalali month; filling again changes nothing.
insert into dim.jalali_months (jalali_month, first_day, days)
select jalali_month, first_day, days
from unnest(%(months)s::text[], %(first_days)s::date[], %(days)s::smallint[])
    as calendar (jalali_month, first_day, days)
on conflict (jalali_month) do nothing
