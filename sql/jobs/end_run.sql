-- Purpose: a job's run ends well, in the transaction that shows the run; a job that is to publish
-- goes on. Grain: one job, or none when it is no longer this attempt's.
update app.jobs
set run_id = %(run_id)s, period = coalesce(%(period)s, period), lines_done = %(lines)s,
    bytes_done = bytes_total, heartbeat_at = clock_timestamp(),
    stage = case when publish_after then 'publish' else 'keep' end,
    state = case when publish_after then 'running' else 'done' end,
    finished_at = case when publish_after then null else clock_timestamp() end
where job_id = %(job_id)s and attempt = %(attempt)s and state = 'running'
