-- Purpose: people's roles get what `name_rights` named and nothing else. What they had before is
-- taken from them first, found in the catalog: a table of a later migration is nobody's until the
-- table of rights names it. Functions that run with their owner's rights are the engine's alone.
do $$
declare
    people text := (
        select string_agg(quote_ident(name), ', ')
        from jsonb_array_elements_text(current_setting('sales.roles')::jsonb) as name
    );
    thing record;
begin
    for thing in
        with theirs as (
            select to_regrole(name) as role
            from jsonb_array_elements_text(current_setting('sales.roles')::jsonb) as name
        )
        select distinct class.oid::regclass as name,
            case when class.relkind = 'S' then 'sequence' else 'table' end as kind
        from pg_class as class
        left join pg_attribute as cells on cells.attrelid = class.oid and cells.attacl is not null
        cross join lateral (
            select grantee from aclexplode(class.relacl)
            union all
            select grantee from aclexplode(cells.attacl)
        ) as granted
        where granted.grantee in (select role from theirs)
    loop
        execute format('revoke all on %s %s from %s', thing.kind, thing.name, people);
    end loop;

    for thing in
        select rights ->> 'role' as role, rights ->> 'privileges' as privileges,
            rights ->> 'columns' as columns, (rights ->> 'name')::regclass as name,
            relnamespace::regnamespace as schema,
            case when relkind = 'S' then 'sequence' else 'table' end as kind
        from jsonb_array_elements(current_setting('sales.rights')::jsonb) as rights
        join pg_class on pg_class.oid = (rights ->> 'name')::regclass
    loop
        execute format('grant usage on schema %s to %I', thing.schema, thing.role);
        execute format(
            'grant %s %s on %s %s to %I',
            thing.privileges, thing.columns, thing.kind, thing.name, thing.role);
    end loop;
end
$$
