-- Purpose: note a step in the life of a month. Grain: one row per load moved; a lock moves none and
-- is one row. The last row, which the step is about, holds the key.
insert into app.publications (
    source_system, period, step_no, load_id, action, state_after, reason, actor, undoes, key
)
select %(source)s, %(period)s, last_step.step_no + 1, moves.load_id, moves.action,
    moves.state_after, %(reason)s, %(actor)s, %(undoes)s,
    case when moves.number = cardinality(%(load_ids)s::bigint[]) then %(key)s::uuid end
from (
    select coalesce(max(step_no), 0) as step_no
    from app.publications
    where source_system = %(source)s and period = %(period)s
) as last_step,
    unnest(%(load_ids)s::bigint[], %(actions)s::text[], %(states)s::text[])
        with ordinality as moves (load_id, action, state_after, number)
order by moves.number
returning step_no
