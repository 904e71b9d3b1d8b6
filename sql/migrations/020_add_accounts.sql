-- Purpose: who may come in: people with their role and scope, passwords apart from them, sessions of
-- the console, and sign-ins that failed. The database itself writes every change into the audit
-- chain, with the actor that the transaction named in the setting `sales.actor`.

-- Grain: one person. Never deleted, since history names them; who left is not active any more.
create table app.users (
    user_id         bigint generated always as identity primary key,
    name            text not null check (trim(name) <> '' and length(name) <= 60),
    name_key        text not null unique,        -- the name without case, ي/ی, ك/ک, marks, spaces
    role            text not null check (role in ('uploader', 'steward', 'manager', 'admin')),
    sees_personal   boolean not null default false,  -- granted beyond what the role may see
    active          boolean not null default true,
    external_id     text unique,                 -- issuer and subject of who signs in elsewhere
    created_at      timestamptz not null default clock_timestamp(),
    created_by      text not null
);

-- Grain: one branch or salesperson that a person is limited to; without a row there is no limit.
create table app.user_scopes (
    user_id         bigint not null references app.users,
    kind            text not null check (kind in ('branch', 'salesperson')),
    entity_id       text not null check (entity_id <> ''),
    primary key (user_id, kind, entity_id)
);

-- Grain: one password, as its hash; who reads people reads no hash.
create table app.passwords (
    user_id         bigint primary key references app.users,
    hash            text not null,               -- argon2id
    must_change     boolean not null,            -- at the next sign-in, before anything else
    changed_at      timestamptz not null default clock_timestamp()
);

-- Grain: one sign-in of one browser, until it ended; what the cookie holds is not kept.
create table app.sessions (
    session_hash    bytea primary key,           -- SHA-256 of the cookie's random token
    session_id      bigint generated always as identity unique,
    user_id         bigint not null references app.users,
    started_at      timestamptz not null default clock_timestamp(),
    seen_at         timestamptz not null default clock_timestamp(),
    ended_at        timestamptz,
    end_reason      text check (end_reason in ('signed_out', 'everywhere', 'password', 'account')),
    origin          text not null,               -- address of the browser
    agent           text not null,               -- what the browser calls itself
    check ((ended_at is null) = (end_reason is null))
);
create index sessions_by_user on app.sessions (user_id) where ended_at is null;

-- Grain: one attempt to sign in that failed. Forgotten with the next success of that name, and
-- after a day; the audit chain keeps the event.
create table app.sign_in_failures (
    failure_id      bigint generated always as identity primary key,
    name_key        text not null,
    user_id         bigint references app.users, -- null where nobody has that name
    origin          text not null,
    reason          text not null check (reason in ('unknown', 'password', 'inactive', 'waiting')),
    at              timestamptz not null default clock_timestamp()
);
create index sign_in_failures_by_name on app.sign_in_failures (name_key, at);
create index sign_in_failures_by_origin on app.sign_in_failures (origin, at);

-- Trigger for the tables above: what came, changed or went becomes an event about the person. Its
-- arguments are the actions for INSERT, UPDATE and DELETE. Secrets, and a name that nobody has
-- (it may be a password in the wrong field), stay out of the chain.
create function app.record_account() returns trigger
language plpgsql security definer
set search_path = pg_catalog set timezone = 'UTC' as $$
declare
    hidden constant text[] := array['hash', 'session_hash', 'name_key'];
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - hidden end;
    after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - hidden end;
    facts jsonb := coalesce(after, before);
begin
    if tg_op = 'UPDATE' then
        facts := jsonb_build_object(
            'before', (select jsonb_object_agg(key, value) from jsonb_each(before)
                where value is distinct from after -> key),
            'after', (select jsonb_object_agg(key, value) from jsonb_each(after)
                where value is distinct from before -> key));
    end if;
    insert into app.audit_events (actor, action, subject_kind, subject_id, detail)
    values (
        coalesce(nullif(current_setting('sales.actor', true), ''), session_user),
        case tg_op when 'INSERT' then tg_argv[0] when 'UPDATE' then tg_argv[1] else tg_argv[2] end,
        'user', coalesce(after, before) ->> 'user_id', jsonb_strip_nulls(facts)
    );
    return null;
end
$$;

-- They wait for the end of the transaction: the end of the chain is held as shortly as can be.
create constraint trigger record_user after insert or update on app.users
    deferrable initially deferred for each row
    execute function app.record_account('add_user', 'change_user');
create constraint trigger record_scope after insert or update or delete on app.user_scopes
    deferrable initially deferred for each row
    execute function app.record_account('limit_user', 'limit_user', 'unlimit_user');
create constraint trigger record_password after insert on app.passwords
    deferrable initially deferred for each row
    execute function app.record_account('set_password');
create constraint trigger record_new_password after update on app.passwords
    deferrable initially deferred for each row
    when (old.changed_at is distinct from new.changed_at)
    execute function app.record_account('set_password', 'set_password');
create constraint trigger record_sign_in after insert on app.sessions
    deferrable initially deferred for each row
    execute function app.record_account('sign_in');
create constraint trigger record_sign_out after update on app.sessions
    deferrable initially deferred for each row
    when (old.ended_at is null and new.ended_at is not null)
    execute function app.record_account('sign_in', 'sign_out');
create constraint trigger record_failure after insert on app.sign_in_failures
    deferrable initially deferred for each row
    execute function app.record_account('fail_sign_in');

-- The last active administrator stays one, also when two people take the rights of each other.
create function app.keep_an_administrator() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    perform pg_advisory_xact_lock(hashtext('sales_engine.administrators'));
    if not exists (select from app.users where role = 'admin' and active) then
        raise exception 'the last active administrator stays one'
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;
create trigger keep_an_administrator after update on app.users
    for each row when (
        old.role = 'admin' and old.active and not (new.role = 'admin' and new.active)
    )
    execute function app.keep_an_administrator();

create trigger refuse_deletion before delete on app.users
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on app.users
    for each statement execute function app.refuse_change();
-- A session that ended stays ended, and stays its person's.
create function app.keep_ended() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    raise exception 'a session that ended, and whose it is, cannot be changed'
        using errcode = 'insufficient_privilege';
end
$$;
create trigger keep_ended before update on app.sessions
    for each row when (
        old.ended_at is not null or old.user_id <> new.user_id
        or old.session_hash <> new.session_hash or old.started_at <> new.started_at
    )
    execute function app.keep_ended();
