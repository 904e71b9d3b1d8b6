-- Purpose: the load that is published for a month, and who made it so. Grain: at most one load.
select states.load_id, loads.file_name, steps.actor, steps.at
from app.load_states as states
join raw.loads using (load_id)
join lateral (
    select actor, at
    from app.publications
    where load_id = states.load_id and state_after = 'published'
    order by publication_id desc
    limit 1
) as steps on true
where states.source_system = %(source)s
    and states.period = %(period)s
    and states.state = 'published'
