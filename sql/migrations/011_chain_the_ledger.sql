-- Purpose: what was received and done is written into a chain of audit events, by the database
-- itself: each event holds the hash of the one before, and a digest of the rows it stands for. What
-- is changed, added or taken away behind the triggers' back no longer agrees with the chain.

-- Grain: one deed; event_id counts from 1 without a gap. Appended, never changed.
create table app.audit_events (
    event_id        bigint primary key,
    at              timestamptz not null,
    actor           text not null,
    action          text not null,
    subject_kind    text not null,               -- what it was done to: load, publication, backup …
    subject_id      text,
    detail          jsonb not null default '{}', -- `rows`: ids of the rows that row_digest is of
    origin          text not null,               -- the session's user, address and program
    row_digest      bytea,                       -- SHA-256; null where the event stands for no row
    previous_hash   bytea not null,
    hash            bytea not null               -- SHA-256 of previous_hash and event_text
);
create index audit_events_by_subject on app.audit_events (subject_kind, subject_id);

-- The fields of an event as one text that no other event has: each with its length before it.
create function app.event_text(event app.audit_events) returns text
language sql stable set search_path = pg_catalog as $$
    select string_agg(coalesce(octet_length(field) || ':' || field, '-'), ',' order by place)
    from unnest(array[
        event.event_id::text,
        to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        event.actor, event.action, event.subject_kind, event.subject_id, event.detail::text,
        event.origin, encode(event.row_digest, 'hex')
    ]) with ordinality as fields (field, place)
$$;

-- Number, time, origin and hashes are the database's own word. One transaction at a time holds the
-- end of the chain, until it ends: an event is therefore written late in its transaction.
create function app.chain_event() returns trigger
language plpgsql set search_path = pg_catalog as $$
declare
    last app.audit_events;
begin
    perform pg_advisory_xact_lock(hashtext('sales_engine.audit'));
    select * into last from app.audit_events order by event_id desc limit 1;
    new.event_id := coalesce(last.event_id, 0) + 1;
    new.at := clock_timestamp();
    new.origin := concat_ws(
        ' ', session_user, host(inet_client_addr()),
        nullif(current_setting('application_name'), '')
    );
    new.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    new.hash := sha256(new.previous_hash || convert_to(app.event_text(new), 'UTF8'));
    return new;
end
$$;
create trigger chain_event before insert on app.audit_events
    for each row execute function app.chain_event();

-- A table's rows refuse UPDATE, DELETE and TRUNCATE from now on, for every role.
create function app.make_append_only(target regclass) returns void
language plpgsql as $$
begin
    execute format(
        'create or replace trigger refuse_change before update or delete on %s'
        ' for each row execute function app.refuse_change()', target);
    execute format(
        'create or replace trigger refuse_truncate before truncate on %s'
        ' for each statement execute function app.refuse_change()', target);
end
$$;
select app.make_append_only('app.audit_events');

-- Write the event of rows that came in: `rows` as {id, line}, the line being the row as JSON without
-- its nulls, so that a column added later changes no digest.
create function app.record_rows(
    kind text, action text, actor text, ids int8multirange, lines text, facts jsonb
) returns void
language sql set search_path = pg_catalog as $$
    insert into app.audit_events (actor, action, subject_kind, subject_id, detail, row_digest)
    select coalesce(actor, session_user), action, kind,
        case when upper(ids) = lower(ids) + 1 then lower(ids)::text end,
        coalesce(facts, '{}') || jsonb_build_object('rows', ids::text),
        sha256(convert_to(lines, 'UTF8'))
$$;

-- Trigger for tables that get rows one by one: kind, id column, actor column, action. It waits for
-- the end of the transaction, which may have taken a whole upload.
create function app.record_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog set timezone = 'UTC' set bytea_output = 'hex' as $$
declare
    line json := json_strip_nulls(row_to_json(new));
    id bigint := line ->> tg_argv[1];
begin
    perform app.record_rows(
        tg_argv[0], coalesce(line ->> 'action', tg_argv[3]), line ->> tg_argv[2],
        int8multirange(int8range(id, id, '[]')), line::text,
        -- A mapping is long; its digest is enough here.
        (select jsonb_object_agg(key, value) from json_each(line) where length(value::text) < 300)
    );
    return null;
end
$$;

-- Trigger for tables that get many rows at once: one event for all rows of a statement.
create function app.record_statement() returns trigger
language plpgsql security definer
set search_path = pg_catalog set timezone = 'UTC' set bytea_output = 'hex' as $$
begin
    perform app.record_rows(
        tg_argv[0], tg_argv[3], min(line ->> tg_argv[2]),
        range_agg(int8range(id, id, '[]') order by id),
        string_agg(line::text, e'\n' order by id), jsonb_build_object('count', count(*))
    )
    from (select json_strip_nulls(row_to_json(new_rows)) as line from new_rows) as lines,
        lateral (select (line ->> tg_argv[1])::bigint as id) as ids
    having count(*) > 0;
    return null;
end
$$;

-- A table is append-only, and each row of it stands in the chain; rows that are there already are
-- taken into it by one event. `in_bulk`: one event per statement instead of one per row.
create function app.make_audited(
    target regclass, kind text, id_column text, actor_column text, action text,
    in_bulk boolean default false
) returns void
language plpgsql set timezone = 'UTC' set bytea_output = 'hex' as $$
declare
    arguments text := format('(%L, %L, %L, %L)', kind, id_column, actor_column, action);
begin
    perform app.make_append_only(target);
    execute format(
        'select app.record_rows(%L, ''adopt'', null, range_agg(int8range(%I, %I, ''[]'')),'
        ' string_agg(json_strip_nulls(row_to_json(r))::text, e''\n'' order by %I),'
        ' jsonb_build_object(''count'', count(*))) from %s as r having count(*) > 0',
        kind, id_column, id_column, id_column, target);
    if in_bulk then
        execute format(
            'create or replace trigger record_deed after insert on %s'
            ' referencing new table as new_rows for each statement'
            ' execute function app.record_statement%s', target, arguments);
    else
        execute format(
            'create constraint trigger record_deed after insert on %s'
            ' deferrable initially deferred for each row'
            ' execute function app.record_row%s', target, arguments);
    end if;
end
$$;

select app.make_audited('raw.loads', 'load', 'load_id', 'received_by', 'receive');
select app.make_audited('app.publications', 'publication', 'publication_id', 'actor', 'publish');
select app.make_audited('app.mappings', 'mapping', 'mapping_id', 'author', 'teach');
select app.make_audited('app.reading_settings', 'reading', 'setting_id', 'author', 'teach');
select app.make_audited('dq.rule_settings', 'rule', 'setting_id', 'author', 'set');
