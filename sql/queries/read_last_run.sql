-- Purpose: the newest run of a load, whatever its end. Grain: one run.
select run_id, state, mapping, inspection, error
from app.runs
where load_id = %(load_id)s
order by run_id desc
limit 1
