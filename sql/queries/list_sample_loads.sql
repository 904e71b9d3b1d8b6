-- Purpose: loads that were handed in as invented data and can be withdrawn. Grain: one load.
select loads.load_id, loads.source_system, states.state, states.period
from raw.loads
join app.load_states as states using (load_id)
where loads.received_by = %(user)s
    and states.state in ('draft', 'published', 'superseded')
    and states.period is not null
order by loads.load_id
