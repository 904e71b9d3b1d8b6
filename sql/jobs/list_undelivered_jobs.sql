-- Purpose: jobs that wait though no message in the queue names them. Grain: one job.
select jobs.job_id, jobs.load_id, jobs.source_system, jobs.period
from app.jobs as jobs
where jobs.state = 'waiting'
    and not exists (
        select from jobs.procrastinate_jobs as messages
        where messages.status in ('todo', 'doing')
            and (messages.args ->> 'job_id')::bigint = jobs.job_id
    )
