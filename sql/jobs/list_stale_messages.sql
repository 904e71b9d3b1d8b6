-- Purpose: messages that a worker took and never answered, of jobs that no worker has in hand.
-- Grain: one message.
select messages.id
from jobs.procrastinate_jobs as messages
join app.jobs as jobs on jobs.job_id = (messages.args ->> 'job_id')::bigint
where messages.status = 'doing'
    and jobs.state <> 'running'
    and (
        select max(events.at) from jobs.procrastinate_events as events
        where events.job_id = messages.id
    ) < clock_timestamp() - make_interval(secs => %(seconds)s)
    and (jobs.finished_at is null
        or jobs.finished_at < clock_timestamp() - make_interval(secs => %(seconds)s))
