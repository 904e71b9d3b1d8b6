-- Purpose: running jobs, with their last heartbeat and whether their process still has a session.
-- Grain: one job.
select jobs.job_id, jobs.attempt, jobs.heartbeat_at,
    exists (
        select from pg_stat_activity as sessions
        where sessions.datname = current_database()
            and sessions.application_name
                = 'sales_engine job ' || jobs.job_id || '.' || jobs.attempt
    ) as has_session
from app.jobs as jobs
where jobs.state = 'running'
