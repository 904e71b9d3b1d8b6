-- Purpose: the months that a file is published of, in the source's own calendar. Grain: one period.
select distinct period
from kpi.published_loads
where source_system = %(source)s and period is not null
order by period
