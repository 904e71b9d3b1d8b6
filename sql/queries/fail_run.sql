-- Purpose: a run ends badly, with its reason. Grain: one run.
update app.runs
set state = 'failed', finished_at = clock_timestamp(), error = %(error)s
where run_id = %(run_id)s
