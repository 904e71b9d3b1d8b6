-- Purpose: one job as it is now, with the name of its file. Grain: one job.
select jobs.job_id, jobs.key, jobs.kind, jobs.load_id, jobs.run_id, jobs.source_system, jobs.period,
    jobs.asked, jobs.publish_after, jobs.state, jobs.stage, jobs.bytes_done, jobs.bytes_total,
    jobs.lines_done, jobs.attempt, jobs.deaths, jobs.worker, jobs.requested_by, jobs.requested_at,
    jobs.started_at, jobs.heartbeat_at, jobs.finished_at, jobs.cancelled_by, jobs.error,
    loads.file_name, clock_timestamp() as read_at
from app.jobs as jobs
join raw.loads as loads using (load_id)
where jobs.job_id = %(job_id)s
