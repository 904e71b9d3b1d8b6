-- Purpose: what an administrator settles while the product runs; and the first of it, that a
-- correction is published by another person than the one who handed it in.

-- Grain: one change of a setting; the newest of a name holds. Appended, never changed.
create table app.settings (
    setting_id      bigint generated always as identity primary key,
    name            text not null check (name in ('two_persons')),
    is_on           boolean not null,
    author          text not null,
    at              timestamptz not null default clock_timestamp(),
    reason          text not null check (trim(reason) <> '')
);
create index settings_by_name on app.settings (name, setting_id);
select app.make_audited('app.settings', 'setting', 'setting_id', 'author', 'settle');

-- Whether a load waits for somebody else than `actor`: the setting is on, the load is theirs, and it
-- corrects a month in which another load was shown before.
create function app.waits_for_another(load_id bigint, actor text) returns boolean
language sql stable set search_path = pg_catalog as $$
    select coalesce((
            select is_on from app.settings
            where name = 'two_persons' order by setting_id desc limit 1
        ), false)
        and exists (
            select from raw.loads as loads
            join app.load_states as states using (load_id)
            join app.publications as steps
                on steps.source_system = states.source_system and steps.period = states.period
                and steps.load_id <> loads.load_id and steps.state_after = 'published'
            where loads.load_id = waits_for_another.load_id
                and loads.received_by = waits_for_another.actor
        )
$$;

-- The database itself takes no such step, whichever way it comes.
create function app.require_another_person() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    if app.waits_for_another(new.load_id, new.actor) then
        raise exception 'load % is a correction of %, who may not publish it', new.load_id, new.actor
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
create trigger require_another_person before insert on app.publications
    for each row when (new.state_after = 'published')
    execute function app.require_another_person();

-- Whoever a session works for, no deed is written down under another name.
create function app.refuse_other_name() returns trigger
language plpgsql as $$
begin
    raise exception '% on %.% is refused: it names somebody else than who acts',
        tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;
do $$
declare
    deeds record;
begin
    for deeds in
        select * from (values
            ('raw.loads', 'received_by'), ('app.publications', 'actor'), ('app.mappings', 'author'),
            ('dq.rule_settings', 'author'), ('dq.issue_events', 'actor'), ('app.settings', 'author')
        ) as named (target, actor)
    loop
        execute format(
            'create trigger refuse_other_name before insert on %s for each row when ('
            ' nullif(current_setting(''sales.person'', true), '''')::jsonb ->> ''name'''
            ' <> new.%I) execute function app.refuse_other_name()', deeds.target, deeds.actor);
    end loop;
end
$$;
