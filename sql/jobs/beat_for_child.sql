-- Purpose: a worker's sign of life for a job whose process has only just been started. Grain: one
-- job, or none once that process speaks for itself: it has said a stage, or opened a session. One
-- that is frozen before its first stage would else be spoken for until the end of days.
update app.jobs
set heartbeat_at = clock_timestamp()
where job_id = %(job_id)s and attempt = %(attempt)s and state = 'running' and stage is null
    and not exists (
        select from pg_stat_activity as sessions
        where sessions.datname = current_database() and sessions.pid <> pg_backend_pid()
            and sessions.application_name = current_setting('application_name')
    )
