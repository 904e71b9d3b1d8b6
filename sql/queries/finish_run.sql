-- Purpose: a run ends well. Grain: one run.
update app.runs
set state = 'done', finished_at = clock_timestamp()
where run_id = %(run_id)s
