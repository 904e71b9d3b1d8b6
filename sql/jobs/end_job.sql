-- Purpose: a job is over, well or badly. Grain: one job, or none when it is no longer this
-- attempt's.
update app.jobs
set state = %(state)s, error = %(error)s, finished_at = clock_timestamp()
where job_id = %(job_id)s and attempt = %(attempt)s and state = 'running'
