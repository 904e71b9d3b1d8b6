-- Purpose: mark what a load saw of somebody only within the days of more frequent attributes: a
-- slip, and no version. Grain: one observation of the load. Rows are met again by their place: of a
-- load that came a moment ago the planner expects none, and would compare each with each.
with compared as (
    select seen.ctid as place,
        lines < max(lines) over same_load
        and first_date >= first_value(first_date) over by_frequency
        and last_date <= first_value(last_date) over by_frequency as is_noise
    from dim.observations as seen
    where load_id = %(load_id)s
    window
        same_load as (partition by dimension, entity_id),
        by_frequency as (
            partition by dimension, entity_id
            order by lines desc, first_date, attributes::text
        )
)
update dim.observations as seen
set is_noise = true
from compared
where compared.place = seen.ctid and compared.is_noise
