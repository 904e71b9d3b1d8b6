-- Purpose: sessions of ours that hold a transaction open and have done nothing for a minute.
-- Grain: one session.
select null::bigint as load_id, null::integer as line_no, pid, 1 as gaps,
    to_char(state_change, 'YYYY-MM-DD HH24:MI:SS') as found
from pg_stat_activity
where datname = current_database()
    and application_name like 'sales_engine%%'
    and state like 'idle in transaction%%'
    and state_change < now() - interval '60 seconds'
    and pid <> pg_backend_pid()
order by pid
