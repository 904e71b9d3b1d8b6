-- Purpose: how a load's file was read in the run that is shown: header, dialect, mapping. Grain: one.
select runs.inspection, runs.mapping
from app.load_states as states
join app.runs as runs on runs.run_id = states.run_id
where states.load_id = %(load_id)s
