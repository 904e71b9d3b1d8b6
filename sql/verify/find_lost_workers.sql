-- Purpose: jobs that are running by their own word while their worker has been silent for a minute.
-- Grain: one job.
select load_id, null::integer as line_no, job_id, 1 as gaps,
    coalesce(to_char(heartbeat_at, 'YYYY-MM-DD HH24:MI:SS'), '-') as found
from app.jobs
where state = 'running'
    and coalesce(heartbeat_at < now() - interval '60 seconds', true)
order by job_id
