-- Purpose: people who have issues. Grain: one name.
select distinct assignee
from dq.issue_states
where assignee is not null
order by assignee
