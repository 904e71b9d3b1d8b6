-- Purpose: tables that dead runs made and that nothing shows. Grain: one table; load_id null where
-- not even the run is known.
with made as (
    select classes.oid, namespaces.nspname as schema_name, classes.relname as table_name,
        substring(classes.relname from '[0-9]+$')::bigint as number
    from pg_class as classes
    join pg_namespace as namespaces on namespaces.oid = classes.relnamespace
    where classes.relkind = 'r'
        and not classes.relispartition
        and (
            (namespaces.nspname = 'raw' and classes.relname ~ '^lines_[0-9]+$')
            or (namespaces.nspname = 'canonical' and classes.relname ~ '^sales_[0-9]+$')
            or (namespaces.nspname = 'kpi' and classes.relname ~ '^rollup_invoices_[0-9]+$')
        )
)
select made.schema_name, made.table_name,
    case when made.schema_name = 'raw' then made.number else runs.load_id end as load_id
from made
left join app.runs as runs on made.schema_name <> 'raw' and runs.run_id = made.number
where %(load_id)s::bigint is null
    or (case when made.schema_name = 'raw' then made.number else runs.load_id end) = %(load_id)s
