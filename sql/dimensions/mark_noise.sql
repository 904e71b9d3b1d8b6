-- Purpose: mark what a load saw of somebody only within the days of more frequent attributes: a
-- slip, and no version. Grain: one observation of the load.
with compared as (
    select dimension, entity_id, attributes,
        lines < max(lines) over same_load
        and first_date >= first_value(first_date) over by_frequency
        and last_date <= first_value(last_date) over by_frequency as is_noise
    from dim.observations
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
where compared.is_noise
    and seen.load_id = %(load_id)s
    and seen.dimension = compared.dimension
    and seen.entity_id = compared.entity_id
    and seen.attributes = compared.attributes
