-- Purpose: months as they stand: what is published, which drafts wait, who locked them, since when.
-- Grain: one source system and period that has a load.
with loads as (
    select source_system, period,
        max(load_id) filter (where state = 'published') as load_id,
        coalesce(
            array_agg(load_id order by load_id) filter (where state = 'draft'), '{}'
        ) as drafts,
        count(*) as loads, max(changed_at) as changed_at
    from app.load_states
    where period is not null
    group by source_system, period
), last_moves as (
    select distinct on (source_system, period) source_system, period, at, actor
    from app.publications
    where state_after is not null
    order by source_system, period, publication_id desc
), locks as (
    select distinct on (source_system, period) source_system, period,
        action = 'lock' as is_locked, actor, at, reason
    from app.publications
    where action in ('lock', 'unlock')
    order by source_system, period, publication_id desc
)
select source_system, period,
    case
        when loads.load_id is not null then 'published'
        when cardinality(loads.drafts) > 0 then 'draft'
        else 'voided'
    end as state,
    loads.load_id, receipts.file_name, loads.drafts, loads.loads,
    coalesce(last_moves.at, loads.changed_at) as since, last_moves.actor,
    coalesce(locks.is_locked, false) as is_locked,
    case when locks.is_locked then locks.actor end as locked_by,
    case when locks.is_locked then locks.at end as locked_at,
    case when locks.is_locked then locks.reason end as lock_reason
from loads
left join last_moves using (source_system, period)
left join locks using (source_system, period)
left join raw.loads as receipts using (load_id, source_system)
order by source_system, period
