-- Purpose: take a waiting job; its attempt is the mark of whoever took it. Grain: one job, or none
-- when somebody else was faster or it is over.
update app.jobs
set state = 'running', attempt = attempt + 1, worker = %(worker)s, stage = null, bytes_done = 0,
    lines_done = 0, started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), error = null
where job_id = %(job_id)s and state = 'waiting'
returning attempt
