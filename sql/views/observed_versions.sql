-- Question: which attributes did a customer, product, salesperson or branch have, and from when to when?
-- Grain: one span of days in which the attributes of one entity held. Formula: the observations of
-- published loads in the order of their first day; equal neighbours are one span, and a span ends
-- where the next begins. Edge cases: attributes seen only within the days of more frequent ones of
-- the same load are noise and make no version.
create view dim.observed_versions as
with seen as (
    select states.source_system, seen.dimension, seen.load_id, seen.entity_id, seen.attributes,
        seen.lines, seen.first_date, seen.last_date
    from dim.observations as seen
    join app.load_states as states using (load_id)
    where states.state = 'published'
), compared as (
    select seen.*,
        lines < max(lines) over same_load
        and first_date >= first_value(first_date) over by_frequency
        and last_date <= first_value(last_date) over by_frequency as is_noise
    from seen
    window
        same_load as (partition by source_system, dimension, load_id, entity_id),
        by_frequency as (
            partition by source_system, dimension, load_id, entity_id
            order by lines desc, first_date, attributes::text
        )
), ordered as (
    select source_system, dimension, entity_id, attributes, first_date,
        lag(attributes) over by_day is distinct from attributes as is_change
    from compared
    where not is_noise
    window by_day as (
        partition by source_system, dimension, entity_id
        order by first_date, last_date, attributes::text
    )
), versions as (
    select distinct on (source_system, dimension, entity_id, first_date)
        source_system, dimension, entity_id, attributes, first_date
    from ordered
    where is_change
    order by source_system, dimension, entity_id, first_date, attributes::text desc
)
select source_system, dimension, entity_id, attributes, first_date as valid_from,
    lead(first_date) over (
        partition by source_system, dimension, entity_id
        order by first_date
    ) as valid_to
from versions
