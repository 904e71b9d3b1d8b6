-- Purpose: the load that is published for a month. Grain: at most one load.
select load_id
from app.load_states
where source_system = %(source)s and period = %(period)s and state = 'published'
