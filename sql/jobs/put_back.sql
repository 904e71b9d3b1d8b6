-- Purpose: a job waits again for a worker, or has failed when its process died too often. Grain:
-- one job, or none when it is no longer this attempt's.
update app.jobs
set deaths = deaths + %(deaths)s,
    state = case when deaths + %(deaths)s >= %(most_deaths)s then 'failed' else 'waiting' end,
    finished_at = case when deaths + %(deaths)s >= %(most_deaths)s then clock_timestamp() end,
    error = %(error)s
where job_id = %(job_id)s and attempt = %(attempt)s and state = 'running'
returning state, load_id, source_system, period
