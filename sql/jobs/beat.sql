-- Purpose: how far the newest attempt of a job is, and that it lives. Grain: one job, or none when
-- it is no longer this attempt's.
update app.jobs
set heartbeat_at = clock_timestamp(), stage = %(stage)s, bytes_done = %(bytes_done)s,
    lines_done = %(lines_done)s
where job_id = %(job_id)s and attempt = %(attempt)s and state = 'running'
