-- Purpose: messages about a job that a worker took and will not answer leave the queue; they would
-- hold up the other jobs of the month. Grain: one message.
delete from jobs.procrastinate_jobs
where status = 'doing' and (args ->> 'job_id')::bigint = %(job_id)s
