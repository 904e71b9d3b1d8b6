-- Purpose: everything of a source that the KPI views count. Grain: one load.
select load_id, period
from app.load_states
where source_system = %(source)s and state = 'published'
order by load_id
