-- Purpose: who did what on issues lately, newest first. Grain: one act; issues are those it was on,
-- one that stands in several loads of a month counted once.
select batch_id, min(actor) as actor, min(at) as at, min(status) as status,
    min(assignee) as assignee, min(comment) as comment, min(reason) as reason,
    count(*) as issues, coalesce(sum(impact_amount), 0) as impact_amount
from dq.issue_events
where batch_id > (select coalesce(max(batch_id), 0) - %(limit)s from dq.issue_events)
group by batch_id
order by batch_id desc
