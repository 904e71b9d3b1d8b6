-- Purpose: the two roles of the product, for the whole server. `sales_engine_owner` owns every table
-- and nobody works as it; `sales_engine_app` is what the pipeline, the console and the API work as,
-- and owns nothing that must not change. The owner is a member of it, so that it can take over the
-- tables that a run fills. Roles of single users are to be members of further, reading roles.
do $$
begin
    if to_regrole('sales_engine_owner') is null then
        create role sales_engine_owner nologin;
    end if;
    if to_regrole('sales_engine_app') is null then
        create role sales_engine_app nologin;
    end if;
exception when duplicate_object or unique_violation then
    null;  -- another database of this server was faster
end
$$;
do $$
begin
    if not pg_has_role('sales_engine_owner', 'sales_engine_app', 'usage') then
        grant sales_engine_app to sales_engine_owner;
    end if;
    if not pg_has_role(current_user, 'sales_engine_owner', 'usage') then
        execute format('grant sales_engine_owner to %I', current_user);
    end if;
end
$$
