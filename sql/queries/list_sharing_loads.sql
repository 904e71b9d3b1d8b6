-- Purpose: those of the published loads that have a day in common with this one. Grain: one load.
select distinct theirs.load_id
from kpi.rollup_days as ours
join kpi.rollup_days as theirs
    on theirs.source_system = ours.source_system and theirs.event_date = ours.event_date
where ours.load_id = {load_id} and theirs.load_id = any(%(published)s::bigint[])
order by theirs.load_id
