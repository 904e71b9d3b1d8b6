-- Purpose: a message that nobody will answer leaves the queue. Grain: one message.
update jobs.procrastinate_jobs
set status = 'failed'
where id = %(id)s and status = 'doing'
