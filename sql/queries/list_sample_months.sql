-- Purpose: which published months are invented. Grain: one source system and period.
select source_system, period
from kpi.published_loads
where is_sample
order by period, source_system
