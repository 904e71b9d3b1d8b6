-- Purpose: all that decides over a sign-in, in one row whether or not the name is known: the person,
-- the hash, and the failures of this name and of this address in the last day that count. From where
-- a person came in before, the failures of others elsewhere keep nobody out.
select users.user_id, users.name, users.active, passwords.hash,
    by_name.failures as name_failures, by_name.seconds as name_seconds,
    by_origin.failures as origin_failures, by_origin.seconds as origin_seconds
from (select %(name_key)s::text as name_key, %(origin)s::text as origin) as asked
left join app.users using (name_key)
left join app.passwords using (user_id)
cross join lateral (
    select count(*) as failures, extract(epoch from clock_timestamp() - max(at))::float as seconds
    from app.sign_in_failures as failed
    where failed.name_key = asked.name_key and reason <> 'waiting'
        and at > now() - interval '1 day'
        and (
            failed.origin = asked.origin or not exists (
                select from app.sessions
                where sessions.user_id = users.user_id and sessions.origin = asked.origin
            )
        )
) as by_name
cross join lateral (
    select count(*) as failures, extract(epoch from clock_timestamp() - max(at))::float as seconds
    from app.sign_in_failures as failed
    where failed.origin = asked.origin and reason <> 'waiting'
        and at > now() - interval '1 day'
) as by_origin
