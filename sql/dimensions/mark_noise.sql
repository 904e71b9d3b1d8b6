-- Purpose: mark what a load saw of somebody only within the days of more frequent attributes: a
-- slip, and no version. Grain: one observation of the load.
-- Rows are found again by their place: the statistics know nothing of a load that is just coming in,
-- and a join to itself was then planned for one row and compared each with each.
with compared as (
    select ctid as place,
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
where seen.ctid = any(array(select compared.place from compared where compared.is_noise))
