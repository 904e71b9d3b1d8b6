-- Purpose: runs of a load whose process is gone end badly. Grain: one run.
update app.runs
set state = 'failed', finished_at = clock_timestamp(), error = %(error)s
where load_id = %(load_id)s and state = 'running'
