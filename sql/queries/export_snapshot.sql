-- Purpose: one moment that another session can read from, and how many tables hold rows in it.
-- Grain: one row. The session is to wait for that other one, which its name says.
select pg_export_snapshot() as snapshot, count(*)::integer as tables,
    set_config('application_name', 'backup', false) as waits_as
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
where relkind = 'r' and nspname !~ '^pg_' and nspname <> 'information_schema'
