-- Purpose: the roles of the product, for the whole server. `sales_engine_owner` owns every table and
-- nobody works as it; `sales_engine_app` is what the pipeline works as, and owns nothing that must
-- not change. The owner is a member of it, so that it can take over the tables that a run fills.
-- The others are what people act as, one for each of their roles, and nobody's: a session of the
-- engine may take them, and inherits nothing from them.
do $$
declare
    name text;
begin
    foreach name in array array[
        'owner', 'app', 'nobody', 'uploader', 'steward', 'manager', 'limited_manager', 'admin'
    ] loop
        if to_regrole('sales_engine_' || name) is null then
            execute format('create role %I nologin', 'sales_engine_' || name);
        end if;
    end loop;
exception when duplicate_object or unique_violation then
    null;  -- another database of this server was faster
end
$$;
do $$
declare
    name text;
begin
    if not pg_has_role('sales_engine_owner', 'sales_engine_app', 'usage') then
        grant sales_engine_app to sales_engine_owner;
    end if;
    if not pg_has_role(current_user, 'sales_engine_owner', 'usage') then
        execute format('grant sales_engine_owner to %I', current_user);
    end if;
    foreach name in array array[
        'nobody', 'uploader', 'steward', 'manager', 'limited_manager', 'admin'
    ] loop
        if not pg_has_role('sales_engine_app', 'sales_engine_' || name, 'set') then
            execute format(
                'grant %I to sales_engine_app with inherit false, set true',
                'sales_engine_' || name);
        end if;
    end loop;
end
$$
