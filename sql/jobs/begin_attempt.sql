-- Purpose: take a waiting job; its attempt is the mark of whoever took it. Grain: one job, or none
-- when somebody else was faster or it is over.
-- Checks against earlier loads depend on the order of the files. So a job also waits, for a later
-- message, while one of its source that was asked for before it was begun and lost its process.
with sessions as (
    select application_name as name from pg_stat_activity where datname = current_database()
),
earlier as (
    select before.state, before.attempt, before.heartbeat_at,
        exists (
            select from jobs.procrastinate_jobs as messages
            where messages.status = 'doing'
                and (messages.args ->> 'job_id')::bigint = before.job_id
        ) as is_in_hand,
        'sales_engine job ' || before.job_id || '.' || before.attempt as own_session,
        left('sales_engine worker ' || before.worker, 63) as worker_session
    from app.jobs as job
    join app.jobs as before using (source_system)
    where job.job_id = %(job_id)s and before.job_id < job.job_id
        and before.state in ('waiting', 'running')
)
update app.jobs as jobs
set state = 'running', attempt = attempt + 1, worker = %(worker)s, stage = null, bytes_done = 0,
    lines_done = 0, started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), error = null
where jobs.job_id = %(job_id)s and jobs.state = 'waiting'
    and not exists (
        select from earlier
        where earlier.state = 'waiting' and (earlier.attempt > 0 or earlier.is_in_hand)
            or earlier.state = 'running' and (
                -- The server notices late that a process is gone whose statement it works on.
                earlier.is_in_hand and earlier.worker_session not in (select name from sessions)
                -- Silent for longer than a process needs to open its first session.
                or earlier.heartbeat_at < clock_timestamp() - interval '0.3 seconds'
                and earlier.own_session not in (select name from sessions)
            )
    )
returning jobs.attempt
