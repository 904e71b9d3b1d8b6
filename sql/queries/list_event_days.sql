-- Purpose: the days of a load that have a canonical line. Grain: one day.
select distinct event_date
from {rollup}
order by event_date
