-- Purpose: which of the loads that count, before or after, have lines in the months touched.
-- Grain: one load.
select distinct load_id
from kpi.rollup_months
where load_id = any(%(before)s::bigint[] || %(after)s::bigint[])
    and jalali_month = any(%(months)s)
order by load_id
