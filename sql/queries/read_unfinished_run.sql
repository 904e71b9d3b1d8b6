-- Purpose: the newest run of a load, where it has not ended. Grain: at most one run.
select run_id, started_at, started_by
from app.runs
where load_id = %(load_id)s
    and state = 'running'
    and run_id = (select max(run_id) from app.runs where load_id = %(load_id)s)
