-- Purpose: a run ends badly, with its reason; one that ended before stays as it is. Grain: one run.
update app.runs
set state = 'failed', finished_at = clock_timestamp(), error = %(error)s
where run_id = %(run_id)s and state = 'running'
