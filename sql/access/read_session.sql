-- Purpose: who a cookie stands for right now; no row when the session ended, was left alone for too
-- long, is too old, or its person may not come in any more. Grain: one session.
select sessions.session_id, sessions.started_at, users.user_id, users.name, users.role,
    users.sees_personal, coalesce(passwords.must_change, false) as must_change,
    sessions.seen_at < now() - make_interval(secs => %(idle)s / 20) as is_stale,
    coalesce(scopes.branches, '{}') as branches,
    coalesce(scopes.salespeople, '{}') as salespeople
from app.sessions
join app.users using (user_id)
left join app.passwords using (user_id)
left join lateral (
    select array_agg(entity_id order by entity_id) filter (where kind = 'branch') as branches,
        array_agg(entity_id order by entity_id) filter (where kind = 'salesperson') as salespeople
    from app.user_scopes
    where user_scopes.user_id = users.user_id
) as scopes on true
where session_hash = %(session_hash)s
    and ended_at is null
    and users.active
    and seen_at > now() - make_interval(secs => %(idle)s)
    and started_at > now() - make_interval(secs => %(longest)s)
