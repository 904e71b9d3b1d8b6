-- Purpose: end sessions of one person: the one with this hash or number, or all but the one with
-- `kept_hash`. Grain: one session.
update app.sessions
set ended_at = clock_timestamp(), end_reason = %(reason)s
where ended_at is null
    and (%(user_id)s::bigint is null or user_id = %(user_id)s)
    and (%(session_hash)s::bytea is null or session_hash = %(session_hash)s)
    and (%(session_id)s::bigint is null or session_id = %(session_id)s)
    and (%(kept_hash)s::bytea is null or session_hash <> %(kept_hash)s)
