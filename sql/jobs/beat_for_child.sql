-- Purpose: a worker's sign of life for a job whose process has only just been started. Grain: one
-- job, or none once that process speaks for itself.
update app.jobs
set heartbeat_at = clock_timestamp()
where job_id = %(job_id)s and attempt = %(attempt)s and state = 'running' and stage is null
