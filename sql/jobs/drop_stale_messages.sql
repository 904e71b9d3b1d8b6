-- Purpose: messages that a worker took a while ago leave the queue when no worker has their job in
-- hand. Grain: one message.
delete from jobs.procrastinate_jobs as messages
using app.jobs as jobs
where messages.status = 'doing'
    and jobs.job_id = (messages.args ->> 'job_id')::bigint
    and jobs.state <> 'running'
    and (
        jobs.finished_at is null
        or jobs.finished_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    )
    and (
        select max(events.at) from jobs.procrastinate_events as events
        where events.job_id = messages.id
    ) < clock_timestamp() - make_interval(secs => %(seconds)s)
