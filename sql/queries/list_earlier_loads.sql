-- Purpose: loads of the same source and month that came in before, voided ones apart. Grain: one load.
select load_id, file_name
from app.load_states
join raw.loads using (load_id, source_system)
where source_system = %(source)s
    and period = %(period)s
    and load_id < %(load_id)s
    and state in ('draft', 'published', 'superseded')
order by load_id
