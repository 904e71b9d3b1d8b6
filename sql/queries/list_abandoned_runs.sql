-- Purpose: loads with a run that began a while ago and has not ended, and no job that works on it.
-- Grain: one load.
select distinct runs.load_id
from app.runs as runs
where runs.state = 'running'
    and runs.started_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    and not exists (
        select from app.jobs as jobs
        where jobs.load_id = runs.load_id and jobs.state in ('waiting', 'running')
    )
