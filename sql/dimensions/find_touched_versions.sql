-- Purpose: the versions that begin within the touched days, as dim.observed_versions has them.
-- Grain: one span of days in which the attributes of one entity held; its end is mended later.
insert into touched_versions (source_system, dimension, entity_id, attributes, valid_from)
with ordered as (
    select spans.dimension, spans.entity_id, spans.first_day, seen.attributes, seen.first_date,
        lag(seen.attributes) over by_day is distinct from seen.attributes as is_change
    from touched_spans as spans
    cross join lateral (
        select near.attributes, near.first_date, near.last_date
        from dim.observations as near
        where near.dimension = spans.dimension and near.entity_id = spans.entity_id
            and near.first_date between spans.compare_from and spans.last_day
            and near.load_id = any(%(published)s::bigint[]) and not near.is_noise
        offset 0  -- entity by entity, by the index: else the planner reads all of history at once
    ) as seen
    window by_day as (
        partition by spans.dimension, spans.entity_id
        order by seen.first_date, seen.last_date, seen.attributes::text
    )
)
select distinct on (dimension, entity_id, first_date)
    %(source)s::text as source_system, dimension, entity_id, attributes, first_date as valid_from
from ordered
where is_change and first_date >= first_day
order by dimension, entity_id, first_date, attributes::text desc
