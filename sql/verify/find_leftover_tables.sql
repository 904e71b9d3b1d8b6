-- Purpose: tables that a run filled, that hang on no parent, and whose run is not running.
-- Grain: one table.
with left_over as (
    select format('%%I.%%I', nspname, relname) as found, nspname,
        substring(relname from '\d+$')::bigint as number
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    where relkind = 'r' and not relispartition
        and format('%%s.%%s', nspname, relname)
            ~ '^(raw\.lines|canonical\.sales|kpi\.rollup_invoices)_\d+$'
)
select case when nspname = 'raw' then number else runs.load_id end as load_id,
    null::integer as line_no, found, 1 as gaps
from left_over
left join app.runs as runs on runs.run_id = number and nspname <> 'raw'
where not exists (
    select from app.runs as running
    where running.state = 'running'
        and number = case when nspname = 'raw' then running.load_id else running.run_id end
)
order by found
