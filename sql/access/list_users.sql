-- Purpose: people with their limits, and when they were last here; all, or one by number or name.
-- Grain: one person.
select users.user_id, users.name, users.role, users.sees_personal, users.active,
    users.external_id is not null as signs_in_elsewhere, users.created_at, users.created_by,
    passwords.must_change, passwords.changed_at as password_changed_at,
    coalesce(scopes.branches, '{}') as branches,
    coalesce(scopes.salespeople, '{}') as salespeople,
    seen.last_seen_at, coalesce(seen.open_sessions, 0) as open_sessions
from app.users
left join app.passwords using (user_id)
left join lateral (
    select array_agg(entity_id order by entity_id) filter (where kind = 'branch') as branches,
        array_agg(entity_id order by entity_id) filter (where kind = 'salesperson') as salespeople
    from app.user_scopes
    where user_scopes.user_id = users.user_id
) as scopes on true
left join lateral (
    select max(seen_at) as last_seen_at,
        count(*) filter (
            where ended_at is null
                and seen_at > now() - make_interval(secs => %(idle)s)
                and started_at > now() - make_interval(secs => %(longest)s)
        ) as open_sessions
    from app.sessions
    where sessions.user_id = users.user_id
) as seen on true
where (%(user_id)s::bigint is null or users.user_id = %(user_id)s)
    and (%(name_key)s::text is null or users.name_key = %(name_key)s)
order by users.name
