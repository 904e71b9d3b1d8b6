-- Purpose: whether a month is locked, by whom and why: its last lock or unlock. Grain: at most one.
select action = 'lock' as is_locked, actor, at, reason
from app.publications
where source_system = %(source)s and period = %(period)s and action in ('lock', 'unlock')
order by step_no desc
limit 1
