-- Purpose: a job that waits or runs is called off. Grain: one job, or none when it is over.
update app.jobs
set state = 'cancelled', cancelled_by = %(user)s, finished_at = clock_timestamp()
where job_id = %(job_id)s and state in ('waiting', 'running')
returning attempt, load_id
