-- Purpose: how many files ever received fit what is asked for. Grain: one number.
select count(*) as loads
from raw.loads
join app.load_states as states using (load_id)
where (%(states)s::text[] is null or states.state = any(%(states)s))
    and (%(source)s::text is null or loads.source_system = %(source)s)
    and (%(period)s::text is null or states.period = %(period)s)
    and (
        %(text)s::text is null
        or strpos(lower(loads.file_name || ' ' || loads.received_by), lower(%(text)s)) > 0
    )
