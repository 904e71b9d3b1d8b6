-- Purpose: somebody is still there. Grain: one session.
update app.sessions set seen_at = clock_timestamp()
where session_hash = %(session_hash)s and ended_at is null
