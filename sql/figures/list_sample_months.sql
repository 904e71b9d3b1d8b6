-- Purpose: of which invented loads the figures of these months hold lines, stray ones included.
-- Grain: one period of a published load.
select loads.period
from kpi.published_loads as loads
where loads.is_sample
    and loads.source_system = %(source)s
    and exists (
        select
        from kpi.months_of_loads as months
        where months.load_id = loads.load_id
            and months.jalali_month between %(from)s and %(to)s
    )
order by loads.period
