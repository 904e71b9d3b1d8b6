-- Purpose: take a waiting job; its attempt is the mark of whoever took it. Grain: one job, or none
-- when somebody else was faster or it is over.
-- Checks against earlier loads depend on the order of the files. So a job also waits, for a later
-- message, while one of its source that was asked for before it was begun and lost its process.
update app.jobs as jobs
set state = 'running', attempt = attempt + 1, worker = %(worker)s, stage = null, bytes_done = 0,
    lines_done = 0, started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), error = null
where jobs.job_id = %(job_id)s and jobs.state = 'waiting'
    and not exists (
        select from app.jobs as earlier
        where earlier.source_system = jobs.source_system and earlier.job_id < jobs.job_id
            and earlier.attempt > 0
            and (
                earlier.state = 'waiting'
                -- Silent for longer than a process needs to open its first session.
                or earlier.state = 'running'
                and earlier.heartbeat_at < clock_timestamp() - interval '0.3 seconds'
                and not exists (
                    select from pg_stat_activity as sessions
                    where sessions.datname = current_database()
                        and sessions.application_name
                            = 'sales_engine job ' || earlier.job_id || '.' || earlier.attempt
                )
            )
    )
returning jobs.attempt
