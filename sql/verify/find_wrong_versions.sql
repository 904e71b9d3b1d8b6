-- Purpose: the first version of a customer, product, salesperson or branch that is not what the
-- published loads observed. Grain: at most one row; which attributes differ is told, never what they
-- say. Noise is worked out anew, versions by the rank of observations, not by a lag, and spellings
-- from the count of all names, not of the contested ones.
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
), counted as (
    select states.source_system, seen.attribute, seen.folded, seen.written,
        sum(seen.lines) as lines, max(seen.last_date) as last_date
    from dim.observed_spellings as seen
    join app.load_states as states using (load_id)
    where states.state = 'published'
    group by states.source_system, seen.attribute, seen.folded, seen.written
), shown as (
    select source_system, attribute, folded,
        (array_agg(written order by lines desc, last_date desc, written))[1] as written
    from counted
    group by source_system, attribute, folded
), spelt as (
    select starts.source_system, starts.dimension, starts.entity_id, starts.valid_from,
        coalesce(
            jsonb_object_agg(said.attribute, coalesce(shown.written, said.folded))
                filter (where said.folded is not null),
            '{}'
        ) as attributes
    from starts
    left join lateral jsonb_each_text(starts.attributes) as said (attribute, folded) on true
    left join shown
        on shown.source_system = starts.source_system
        and shown.attribute = said.attribute
        and shown.folded = said.folded
    group by starts.source_system, starts.dimension, starts.entity_id, starts.valid_from
), expected as (
    select source_system, dimension, entity_id, valid_from, attributes,
        max(valid_from) over (
            partition by source_system, dimension, entity_id
            order by valid_from
            rows between 1 following and 1 following
        ) as valid_to
    from spelt
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
