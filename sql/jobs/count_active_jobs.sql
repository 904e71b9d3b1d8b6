-- Purpose: how much is left to do. Grain: one row.
select count(*) as jobs
from app.jobs
where state in ('waiting', 'running')
