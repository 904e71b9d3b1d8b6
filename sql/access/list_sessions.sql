-- Purpose: where somebody is signed in now, the newest first. Grain: one session.
select session_id, started_at, seen_at, origin, agent,
    session_hash = %(session_hash)s::bytea as is_this
from app.sessions
where user_id = %(user_id)s
    and ended_at is null
    and seen_at > now() - make_interval(secs => %(idle)s)
    and started_at > now() - make_interval(secs => %(longest)s)
order by seen_at desc, session_id desc
