-- Purpose: the last step of a month that moved a load: what an undo takes back. Grain: one load moved,
-- with its state before the step, after it, and now.
select rows.step_no, rows.action, rows.load_id, rows.state_after,
    coalesce(before.state_after, 'draft') as state_before, states.state
from app.publications as rows
join app.load_states as states using (load_id)
left join lateral (
    select earlier.state_after
    from app.publications as earlier
    where earlier.load_id = rows.load_id
        and earlier.publication_id < rows.publication_id
        and earlier.state_after is not null
    order by earlier.publication_id desc
    limit 1
) as before on true
where rows.source_system = %(source)s
    and rows.period = %(period)s
    and rows.step_no = (
        select max(step_no)
        from app.publications
        where source_system = %(source)s and period = %(period)s and state_after is not null
    )
order by rows.publication_id
