-- Purpose: whether a database holds anything of anybody's. Grain: one table.
select format('%I.%I', nspname, relname) as name
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
where relkind in ('r', 'p', 'v', 'm', 'S') and nspname !~ '^pg_' and nspname <> 'information_schema'
order by 1
limit 1
