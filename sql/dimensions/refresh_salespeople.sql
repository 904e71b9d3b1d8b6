-- Purpose: salespeople as they were at the time, from the observations of published loads.
-- Grain: one span of days in which the attributes of one entity held. A set of attributes seen only
-- within the days of a more frequent one of the same load is noise and makes no version.
with seen as (
    select load_id, entity_id, attributes, lines, first_date, last_date
    from dim.observations
    join app.load_states as states using (load_id)
    where dimension = 'salespeople'
        and states.source_system = %(source)s
        and states.state = 'published'
), ranked as (
    select entity_id, attributes, first_date, last_date,
        bool_or(is_within) over (partition by load_id, entity_id, attributes) as is_noise
    from (
        select seen.*,
            lines < max(lines) over (partition by load_id, entity_id)
            and first_date >= first_value(first_date) over by_frequency
            and last_date <= first_value(last_date) over by_frequency as is_within
        from seen
        window by_frequency as (
            partition by load_id, entity_id
            order by lines desc, first_date, attributes::text
        )
    ) as compared
), ordered as (
    select entity_id, attributes, first_date,
        lag(attributes) over by_day is distinct from attributes as is_change
    from ranked
    where not is_noise
    window by_day as (partition by entity_id order by first_date, last_date, attributes::text)
), versions as (
    select distinct on (entity_id, first_date) entity_id, attributes, first_date
    from ordered
    where is_change
    order by entity_id, first_date, attributes::text desc
)
insert into dim.salespeople (
    source_system, salesperson_id, valid_from, valid_to, salesperson_name, supervisor_id,
    supervisor_name, branch_id
)
select %(source)s, entity_id, first_date,
    lead(first_date) over (partition by entity_id order by first_date),
    attributes ->> 'salesperson_name', attributes ->> 'supervisor_id', attributes ->>
    'supervisor_name', attributes ->> 'branch_id'
from versions
