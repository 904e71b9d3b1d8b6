-- Purpose: a version ends where the next one begins. Grain: one version, from the last one before
-- the touched days of its entity to the last one within them.
with ends as (
    select spans.entity_id, versions.valid_from, versions.valid_to,
        (
            select min(later.valid_from)
            from {table} as later
            where later.source_system = %(source)s and later.{key} = spans.entity_id
                and later.valid_from > versions.valid_from
        ) as next_from
    from touched_spans as spans
    join {table} as versions
        on versions.source_system = %(source)s
        and versions.{key} = spans.entity_id
        and versions.valid_from <= spans.last_day
        and versions.valid_from >= coalesce(
            (
                select max(earlier.valid_from)
                from {table} as earlier
                where earlier.source_system = %(source)s and earlier.{key} = spans.entity_id
                    and earlier.valid_from < spans.first_day
            ),
            spans.first_day
        )
    where spans.dimension = %(dimension)s
)
update {table} as versions
set valid_to = ends.next_from
from ends
where versions.source_system = %(source)s
    and versions.{key} = ends.entity_id
    and versions.valid_from = ends.valid_from
    and ends.valid_to is distinct from ends.next_from
