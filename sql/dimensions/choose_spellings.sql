-- Purpose: of each contested name the spelling on most lines of the published loads is shown, among
-- equals the one seen last. Grain of what comes back: one name whose spelling changes by that.
with counted as (
    select known.attribute, known.folded, seen.written, sum(seen.lines) as lines,
        max(seen.last_date) as last_date
    from dim.spellings as known
    cross join lateral (
        select near.load_id, near.written, near.lines, near.last_date
        from dim.observed_spellings as near
        where near.folded = known.folded and near.attribute = known.attribute
        offset 0  -- name by name, by the index of names and by no other
    ) as seen
    where known.source_system = %(source)s and known.is_contested
        and seen.load_id = any(%(published)s::bigint[])
    group by known.attribute, known.folded, seen.written
), chosen as (
    select distinct on (attribute, folded) attribute, folded, written
    from counted
    order by attribute, folded, lines desc, last_date desc, written
)
update dim.spellings as known
set written = chosen.written
from chosen
where known.source_system = %(source)s
    and known.attribute = chosen.attribute
    and known.folded = chosen.folded
    and known.written <> chosen.written
returning known.attribute, old.written as before, new.written as after
