-- Purpose: how many workers have given a sign of life lately. Grain: one number.
select count(*) as workers
from jobs.procrastinate_workers
where last_heartbeat > clock_timestamp() - make_interval(secs => %(seconds)s)
