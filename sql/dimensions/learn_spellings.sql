-- Purpose: names that some loads write come to be known, and those written in more than one way are
-- marked, so that they alone are counted. Grain: one name of one attribute.
with said as (
    select attribute, folded, min(written) as one, max(written) as other
    from dim.observed_spellings
    where load_id = any(%(loads)s::bigint[])
    group by attribute, folded
), marked as (
    update dim.spellings as known
    set is_contested = true
    from said
    where known.source_system = %(source)s
        and known.attribute = said.attribute
        and known.folded = said.folded
        and not known.is_contested
        and (said.one <> known.written or said.other <> known.written)
)
insert into dim.spellings (source_system, attribute, folded, written, is_contested)
select %(source)s, said.attribute, said.folded, said.one, said.one <> said.other
from said
where not exists (
    select
    from dim.spellings as known
    where known.source_system = %(source)s
        and known.attribute = said.attribute
        and known.folded = said.folded
)
