-- Purpose: how many loads a month has; none means that nobody knows it. Grain: one row.
select count(*) as loads
from app.load_states
where source_system = %(source)s and period = %(period)s
