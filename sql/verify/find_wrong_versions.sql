-- Purpose: the first version of a customer, product, salesperson or branch that is not what the
-- published loads observed. Grain: at most one row; which attributes differ is told, never what they
-- say. What is noise is worked out anew, and versions by the rank of observations, not by a lag.
with published as (
    select states.source_system, seen.*
    from dim.observations as seen
    join app.load_states as states on states.load_id = seen.load_id
    where states.state = 'published'
), frequent as (
    select distinct on (load_id, dimension, entity_id)
        load_id, dimension, entity_id, lines, first_date, last_date
    from published
    order by load_id, dimension, entity_id, lines desc, first_date, attributes::text
), ranked as (
    select seen.source_system, seen.dimension, seen.entity_id, seen.attributes, seen.first_date,
        row_number() over (
            partition by seen.source_system, seen.dimension, seen.entity_id
            order by seen.first_date, seen.last_date, seen.attributes::text, seen.load_id
        ) as place
    from published as seen
    join frequent using (load_id, dimension, entity_id)
    where seen.lines = frequent.lines
        or seen.first_date < frequent.first_date
        or seen.last_date > frequent.last_date
), starts as (
    select seen.source_system, seen.dimension, seen.entity_id, seen.first_date as valid_from,
        (array_agg(seen.attributes order by seen.attributes::text desc))[1] as attributes
    from ranked as seen
    left join ranked as before
        on before.source_system = seen.source_system
        and before.dimension = seen.dimension
        and before.entity_id = seen.entity_id
        and before.place = seen.place - 1
    where before.place is null or before.attributes <> seen.attributes
    group by seen.source_system, seen.dimension, seen.entity_id, seen.first_date
), expected as (
    select source_system, dimension, entity_id, valid_from,
        jsonb_strip_nulls(attributes) as attributes,
        max(valid_from) over (
            partition by source_system, dimension, entity_id
            order by valid_from
            rows between 1 following and 1 following
        ) as valid_to
    from starts
), found as (
    select source_system, 'customers' as dimension, customer_id as entity_id, valid_from, valid_to,
        to_jsonb(versions) - 'customer_id' as attributes
    from dim.customers as versions
    union all
    select source_system, 'products', product_id, valid_from, valid_to,
        to_jsonb(versions) - 'product_id'
    from dim.products as versions
    union all
    select source_system, 'salespeople', salesperson_id, valid_from, valid_to,
        to_jsonb(versions) - 'salesperson_id'
    from dim.salespeople as versions
    union all
    select source_system, 'branches', branch_id, valid_from, valid_to,
        to_jsonb(versions) - 'branch_id'
    from dim.branches as versions
), stripped as (
    select source_system, dimension, entity_id, valid_from, valid_to,
        jsonb_strip_nulls(attributes - array['source_system', 'valid_from', 'valid_to'])
            as attributes
    from found
), compared as (
    select source_system, dimension, entity_id, valid_from,
        case
            when expected.attributes is null then 'there is no such version'
            when stripped.attributes is null then 'the version is missing'
            when expected.valid_to is distinct from stripped.valid_to then 'valid_to'
            else (
                select string_agg(name, ', ' order by name)
                from jsonb_object_keys(expected.attributes || stripped.attributes) as names (name)
                where expected.attributes -> name is distinct from stripped.attributes -> name
            )
        end as difference
    from expected
    full join stripped using (source_system, dimension, entity_id, valid_from)
    where expected.attributes is distinct from stripped.attributes
        or expected.valid_to is distinct from stripped.valid_to
)
select null::bigint as load_id, null::integer as line_no, dimension, entity_id,
    to_char(valid_from, 'YYYY-MM-DD') as valid_from, source_system, difference,
    count(*) over () as gaps
from compared
order by source_system, dimension, entity_id, valid_from
limit 1
