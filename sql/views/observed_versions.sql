-- Question: which attributes did a customer, product, salesperson or branch have, and from when to when?
-- Grain: one span of days in which the attributes of one entity held. Formula: the observations of
-- published loads in the order of their first day; equal neighbours are one span, and a span ends
-- where the next begins. Edge cases: attributes seen only within the days of more frequent ones of
-- the same load are noise (marked so by the run) and make no version.
create view dim.observed_versions as
with seen as (
    select states.source_system, seen.dimension, seen.entity_id, seen.attributes, seen.first_date,
        seen.last_date
    from dim.observations as seen
    join app.load_states as states using (load_id)
    where states.state = 'published' and not seen.is_noise
), ordered as (
    select source_system, dimension, entity_id, attributes, first_date,
        lag(attributes) over by_day is distinct from attributes as is_change
    from seen
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
