-- Purpose: what was said of one issue, oldest first, in whatever load it stood. Grain: one event.
select events.event_id, events.batch_id, events.load_id, events.line_no, events.status,
    events.assignee, events.comment, events.reason, events.actor, events.at
from dq.dq_issues as issues
join dq.issue_events as events using (issue_key)
where issues.issue_id = %(issue_id)s
order by events.event_id
