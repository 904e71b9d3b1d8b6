-- Purpose: the new password of a person, as its hash. Grain: one password.
insert into app.passwords (user_id, hash, must_change)
values (%(user_id)s, %(hash)s, %(must_change)s)
on conflict (user_id) do update
set hash = excluded.hash, must_change = excluded.must_change, changed_at = clock_timestamp()
