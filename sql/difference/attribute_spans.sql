-- Purpose: what one attribute of one dimension was and from when to when, by the loads that count
-- before and by those that will. Grain: one entity and span of days, before or after. As the view
-- dim.observed_versions makes it of the published loads: see there for noise and neighbours.
with seen as (
    select sides.is_after, seen.load_id, seen.entity_id, seen.attributes, seen.lines,
        seen.first_date, seen.last_date
    from (
        select false as is_after, unnest(%(before)s::bigint[]) as load_id
        union all
        select true, unnest(%(after)s::bigint[])
    ) as sides
    join dim.observations as seen using (load_id)
    where seen.dimension = {dimension}
), compared as (
    select seen.*,
        lines < max(lines) over same_load
        and first_date >= first_value(first_date) over by_frequency
        and last_date <= first_value(last_date) over by_frequency as is_noise
    from seen
    window
        same_load as (partition by is_after, load_id, entity_id),
        by_frequency as (
            partition by is_after, load_id, entity_id
            order by lines desc, first_date, last_date desc
        )
), ordered as (
    select is_after, entity_id, attributes, first_date,
        lag(attributes) over by_day is distinct from attributes as is_change
    from compared
    where not is_noise
    window by_day as (
        partition by is_after, entity_id
        order by first_date, last_date, attributes::text
    )
), versions as (
    select distinct on (is_after, entity_id, first_date)
        is_after, entity_id, attributes, first_date
    from ordered
    where is_change
    order by is_after, entity_id, first_date, attributes::text desc
)
select is_after, entity_id, attributes ->> {attribute} as value, first_date as valid_from,
    lead(first_date) over (
        partition by is_after, entity_id
        order by first_date
    ) as valid_to
from versions
