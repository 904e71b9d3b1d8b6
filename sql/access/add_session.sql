-- Purpose: somebody comes in. Grain: one session.
insert into app.sessions (session_hash, user_id, origin, agent)
values (%(session_hash)s, %(user_id)s, %(origin)s, %(agent)s)
returning session_id
