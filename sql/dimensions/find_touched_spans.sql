-- Purpose: the stretch of each touched entity's days outside of which no version can differ.
-- Grain: one entity. compare_from is the published day before, which the first version is compared
-- with; last_day is the published day after, which is compared with what is new.
insert into touched_spans (dimension, entity_id, first_day, compare_from, last_day)
with whole as (
    select dimension, entity_id, min(first_day) as first_day, max(last_day) as last_day
    from touched_days
    group by dimension, entity_id
)
select whole.dimension, whole.entity_id, whole.first_day,
    coalesce(before.first_date, whole.first_day) as compare_from,
    coalesce(later.first_date, whole.last_day) as last_day
from whole
left join lateral (
    select seen.first_date
    from dim.observations as seen
    where seen.dimension = whole.dimension and seen.entity_id = whole.entity_id
        and seen.first_date < whole.first_day
        and seen.load_id = any(%(published)s::bigint[]) and not seen.is_noise
    order by seen.first_date desc
    limit 1
) as before on true
left join lateral (
    select seen.first_date
    from dim.observations as seen
    where seen.dimension = whole.dimension and seen.entity_id = whole.entity_id
        and seen.first_date > whole.last_day
        and seen.load_id = any(%(published)s::bigint[]) and not seen.is_noise
    order by seen.first_date
    limit 1
) as later on true
