-- Purpose: who did what to which month, and why; of one source or month, or of all. Grain: one step,
-- newest first. `load_id` is the load it was about, `superseded_load_id` the one it replaced.
select steps.source_system, steps.period, steps.step_no,
    (array_agg(steps.action order by steps.publication_id desc))[1] as action,
    max(steps.at) as at, max(steps.actor) as actor, max(steps.reason) as reason,
    (array_agg(steps.load_id order by steps.publication_id desc))[1] as load_id,
    (array_agg(loads.file_name order by steps.publication_id desc))[1] as file_name,
    max(steps.load_id) filter (where steps.action = 'supersede') as superseded_load_id,
    max(steps.undoes) as undoes,
    coalesce(
        jsonb_object_agg(steps.load_id, steps.state_after)
            filter (where steps.state_after is not null),
        '{}'
    ) as states
from app.publications as steps
left join raw.loads as loads using (load_id)
where (%(source)s::text is null or steps.source_system = %(source)s::text)
    and (%(period)s::text is null or steps.period = %(period)s::text)
group by steps.source_system, steps.period, steps.step_no
order by max(steps.publication_id) desc
