-- Purpose: the job that waits for a load or works on it. Grain: one job at most.
select job_id, state, requested_by, requested_at
from app.jobs
where load_id = %(load_id)s and state in ('waiting', 'running')
