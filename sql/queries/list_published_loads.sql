-- Purpose: published loads of a source, other months than this one. Grain: one load, newest first.
select load_id, period, run_id
from app.load_states
where source_system = %(source)s and state = 'published' and period is distinct from %(period)s
order by period desc
