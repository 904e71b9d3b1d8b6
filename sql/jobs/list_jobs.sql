-- Purpose: jobs as they are now, the newest first; only those that wait or run where asked for.
-- Grain: one job.
select jobs.job_id, jobs.key, jobs.kind, jobs.load_id, jobs.run_id, jobs.source_system, jobs.period,
    jobs.asked, jobs.publish_after, jobs.state, jobs.stage, jobs.bytes_done, jobs.bytes_total,
    jobs.lines_done, jobs.attempt, jobs.deaths, jobs.worker, jobs.requested_by, jobs.requested_at,
    jobs.started_at, jobs.heartbeat_at, jobs.finished_at, jobs.cancelled_by, jobs.error,
    loads.file_name, clock_timestamp() as read_at
from app.jobs as jobs
join raw.loads as loads using (load_id)
where (not %(active)s or jobs.state in ('waiting', 'running'))
    and (%(load_id)s::bigint is null or jobs.load_id = %(load_id)s)
order by jobs.job_id desc
limit %(limit)s
