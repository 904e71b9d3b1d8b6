-- Purpose: who owns what, and may do what, worked out from the catalog, so that a table of a later
-- migration finds its place by itself. Append-only (a trigger refuses its UPDATE and DELETE) means:
-- the owner role's, and the application reads and adds. What a run attaches and replaces, it owns,
-- and the sums of each load (so that row-level security does not concern it); everything else it may
-- write but not alter. A table that a function alone fills, it may only read.
do $$
declare
    thing record;
begin
    for thing in
        select nspname as name, nspname in ('raw', 'canonical', 'kpi') as filled_by_runs
        from pg_namespace
        where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
    loop
        execute format('alter schema %I owner to sales_engine_owner', thing.name);
        execute format('grant usage on schema %I to sales_engine_app', thing.name);
        if thing.filled_by_runs then
            execute format('grant create on schema %I to sales_engine_app', thing.name);
        end if;
    end loop;

    for thing in
        with tables as (
            select class.oid, class.relkind, nspname, relname,
                coalesce(inhparent, class.oid) as whole, class.relowner,
                inhparent is null and relkind = 'r' and relname ~ '^(lines|sales|rollup_\w+)_\d+$'
                    as is_of_a_run
            from pg_class as class
            join pg_namespace as schema on schema.oid = class.relnamespace
            left join pg_inherits on inhrelid = class.oid
            where nspname !~ '^pg_' and nspname <> 'information_schema'
                and relkind in ('r', 'p', 'v', 'm', 'S')
        ), guarded as (
            -- Bits of tgtype: 4 INSERT, 8 DELETE, 16 UPDATE.
            select distinct tgrelid from pg_trigger
            where tgname = 'refuse_change' and tgtype & 28 = 24
        )
        select tables.oid, tables.oid::regclass as name, tables.relkind, tables.nspname,
            pg_get_userbyid(relowner) as owner,
            tables.is_of_a_run or tables.whole in (
                select oid from pg_class where relkind = 'p'
                except
                select tgrelid from guarded
            ) or tables.nspname = 'kpi' and tables.relkind = 'r' as is_apps,
            tables.whole <> tables.oid as is_part,
            tables.whole in (select tgrelid from guarded) as is_append_only,
            tables.oid in (
                to_regclass('app.migrations'), to_regclass('app.purges')
            ) or tables.relkind in ('v', 'm') as is_read_only
        from tables
    loop
        if thing.is_apps then
            if thing.owner <> 'sales_engine_app' then
                execute format('alter table %s owner to sales_engine_app', thing.name);
            end if;
            continue;
        end if;
        -- A sequence behind an identity column follows its table.
        if thing.owner <> 'sales_engine_owner' and thing.nspname <> 'public' and not exists (
            select from pg_depend where thing.relkind = 'S' and objid = thing.oid
                and deptype in ('a', 'i')
                and classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass
        ) then
            execute format('alter table %s owner to sales_engine_owner', thing.name);
        end if;
        execute format('revoke all on %s from sales_engine_app', thing.name);
        execute format('grant %s on %s to sales_engine_app', case
            when thing.relkind = 'S' then 'usage, select'
            when thing.is_read_only then 'select'
            when thing.is_append_only and thing.is_part then 'select'
            when thing.is_append_only then 'select, insert'
            else 'select, insert, update, delete, truncate, maintain'
        end, thing.name);
    end loop;

    for thing in
        select proc.oid::regprocedure as name, prosecdef
        from pg_proc as proc
        join pg_namespace as schema on schema.oid = pronamespace
        where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
    loop
        execute format('alter routine %s owner to sales_engine_owner', thing.name);
        if thing.prosecdef then
            execute format('revoke all on routine %s from public', thing.name);
            execute format('grant execute on routine %s to sales_engine_app', thing.name);
        end if;
    end loop;
end
$$
