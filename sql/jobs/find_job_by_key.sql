-- Purpose: the job that a submitter asked for, when the answer got lost. Grain: one job.
select job_id
from app.jobs
where key = %(key)s
