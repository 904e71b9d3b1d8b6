-- Purpose: whose a job is now. Grain: one job; none while its receipt is not committed.
select attempt, state
from app.jobs
where job_id = %(job_id)s
