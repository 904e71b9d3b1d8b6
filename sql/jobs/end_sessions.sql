-- Purpose: end what earlier attempts of a job still have open, so that nothing of them is written.
-- Grain: one session; each is waited for, a few seconds at most.
select pid, pg_terminate_backend(pid, 5000) as ended
from pg_stat_activity
where datname = current_database()
    and pid <> pg_backend_pid()
    and substring(application_name from '^sales_engine job ([0-9]+)\.')::bigint = %(job_id)s
    and substring(application_name from '\.([0-9]+)$')::integer <= %(attempt)s
