-- Purpose: names that only a purged load wrote go with it. Grain: one name of one attribute.
with purged as (
    delete from dim.observed_spellings
    where load_id = %(load_id)s
    returning attribute, folded
)
delete from dim.spellings as known
using purged
where known.attribute = purged.attribute
    and known.folded = purged.folded
    and not exists (
        select
        from dim.observed_spellings as kept
        join app.load_states as states using (load_id)
        where kept.folded = known.folded
            and kept.attribute = known.attribute
            and kept.load_id <> %(load_id)s
            and states.source_system = known.source_system
    )
