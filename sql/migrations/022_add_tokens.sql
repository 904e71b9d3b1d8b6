-- Purpose: tokens with which a person's programs read the API. The database itself writes every
-- token that comes and every one that is revoked into the audit chain, with the actor that the
-- transaction named in the setting `sales.actor`.

-- Grain: one token of one person; what they hold in their hands is not kept. Never deleted.
create table app.tokens (
    token_id        bigint generated always as identity primary key,
    user_id         bigint not null references app.users,
    name            text not null check (trim(name) <> '' and length(name) <= 60),
    token_hash      bytea not null unique check (length(token_hash) = 32),  -- SHA-256
    scopes          text[] not null check (cardinality(scopes) > 0),  -- what it is for: actions
    created_at      timestamptz not null default clock_timestamp(),
    expires_at      timestamptz not null check (expires_at > created_at),
    revoked_at      timestamptz,
    last_used_at    timestamptz                  -- to the minute
);
create index tokens_by_user on app.tokens (user_id);

create function app.record_token() returns trigger
language plpgsql security definer
set search_path = pg_catalog set timezone = 'UTC' as $$
begin
    insert into app.audit_events (actor, action, subject_kind, subject_id, detail)
    values (
        coalesce(nullif(current_setting('sales.actor', true), ''), session_user),
        case tg_op when 'INSERT' then 'add_token' else 'revoke_token' end,
        'token', new.token_id::text,
        jsonb_strip_nulls(to_jsonb(new) - array['token_hash', 'last_used_at'])
    );
    return null;
end
$$;
create constraint trigger record_token after insert on app.tokens
    deferrable initially deferred for each row execute function app.record_token();
create constraint trigger record_revocation after update on app.tokens
    deferrable initially deferred for each row
    when (old.revoked_at is null and new.revoked_at is not null)
    execute function app.record_token();

-- A token stays what it was issued as: nobody gives it another owner, more to do or more time, and
-- one that was revoked stays revoked.
create function app.keep_token() returns trigger
language plpgsql set search_path = pg_catalog as $$
begin
    raise exception 'a token is not changed: revoke it, and issue another one'
        using errcode = 'insufficient_privilege';
end
$$;
create trigger keep_token before update on app.tokens
    for each row when (
        (old.token_id, old.user_id, old.name, old.token_hash, old.scopes, old.created_at,
            old.expires_at)
        is distinct from (new.token_id, new.user_id, new.name, new.token_hash, new.scopes,
            new.created_at, new.expires_at)
        or old.revoked_at is not null and old.revoked_at is distinct from new.revoked_at
    )
    execute function app.keep_token();
create trigger refuse_deletion before delete on app.tokens
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on app.tokens
    for each statement execute function app.refuse_change();
