-- Purpose: RAW lines belong to the owner role as soon as they are visible, so that nobody who works
-- as the application can alter, detach or drop them; and the one narrow way by which what a voided
-- load holds is removed for good. Functions here run with the rights of their owner.

-- The lines table that a run filled becomes a part of RAW, and is no longer the run's.
create function app.attach_lines(load_id bigint) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    lines text := format('raw.%I', 'lines_' || load_id);
begin
    execute format('alter table %s owner to sales_engine_owner', lines);
    execute format('grant select on %s to sales_engine_app', lines);
    execute format('alter table raw.lines attach partition %s for values in (%L)', lines, load_id);
    execute format(
        'create trigger refuse_truncate before truncate on %s'
        ' for each statement execute function app.refuse_change()', lines);
end
$$;

-- Grain: one load whose lines, facts and findings were removed for good. What is left of it is its
-- receipt, its runs with their statistics, its publications and the audit.
create table app.purges (
    purge_id        bigint generated always as identity primary key,
    load_id         bigint not null unique,
    actor           text not null,
    reason          text not null check (trim(reason) <> ''),
    at              timestamptz not null default clock_timestamp(),
    voided_at       timestamptz not null,
    file_chunks     bigint not null,             -- how much was removed
    raw_lines       bigint not null,
    sales           bigint not null,
    issues          bigint not null
);
select app.make_audited('app.purges', 'purge', 'purge_id', 'actor', 'purge');

-- The pieces of a file are kept for ever, but for those of a load that a purge is written down for.
create function app.refuse_change_before_purge() returns trigger
language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (select from app.purges where load_id = old.load_id) then
        return old;
    end if;
    raise exception '% on %.% is refused: it is append-only',
        tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;
create or replace trigger refuse_change before update or delete on raw.file_chunks
    for each row execute function app.refuse_change_before_purge();

-- Remove what a load holds. It must have been voided for `days`, which are never less than 30.
create function app.purge_load(purged bigint, actor text, reason text, days integer)
returns app.purges
language plpgsql security definer set search_path = pg_catalog as $$
#variable_conflict use_column
declare
    state text;
    voided timestamptz;
    done app.purges;
    part regclass;
begin
    select states.state into state from app.load_states as states
        where states.load_id = purged for update;
    select at into voided from app.publications
        where load_id = purged and state_after = 'voided' order by publication_id desc limit 1;
    if state is distinct from 'voided' or voided is null
        or voided > now() - make_interval(days => greatest(days, 30))
    then
        raise exception 'load % is not voided for long enough', purged
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into app.purges (
        load_id, actor, reason, voided_at, file_chunks, raw_lines, sales, issues
    )
    select purged, purge_load.actor, purge_load.reason, voided,
        (select count(*) from raw.file_chunks where load_id = purged),
        (select count(*) from raw.lines where load_id = purged),
        (select count(*) from canonical.sales where load_id = purged),
        (select count(*) from dq.dq_issues where load_id = purged)
    returning * into done;
    delete from raw.file_chunks where load_id = purged;
    delete from canonical.rejected_lines where load_id = purged;
    delete from canonical.set_aside_lines where load_id = purged;
    delete from dq.dq_issues where load_id = purged;
    delete from dq.product_prices where load_id = purged;
    delete from dim.observations where load_id = purged;
    delete from kpi.rollup_products where load_id = purged;
    delete from kpi.rollup_days where load_id = purged;
    delete from kpi.rollup_months where load_id = purged;
    delete from kpi.rollup_customers where load_id = purged;
    delete from kpi.rollup_salespeople where load_id = purged;
    delete from kpi.rollup_visits where load_id = purged;
    for part in
        select inhrelid::regclass from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent in ('raw.lines'::regclass, 'canonical.sales'::regclass,
                'kpi.rollup_invoices'::regclass)
            and pg_get_expr(relpartbound, pg_class.oid) = format('FOR VALUES IN (%L)', purged)
    loop
        execute format('drop table %s', part);
    end loop;
    return done;
end
$$;

-- What people did to issues is chained as well.
do $$
begin
    if to_regclass('dq.issue_events') is not null then
        perform app.make_audited(
            'dq.issue_events', 'issue', 'event_id', 'actor', 'triage', in_bulk => true);
    end if;
end
$$;
