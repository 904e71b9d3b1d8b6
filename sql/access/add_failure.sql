-- Purpose: write down a sign-in that failed. Grain: one attempt.
insert into app.sign_in_failures (name_key, user_id, origin, reason)
values (%(name_key)s, %(user_id)s, %(origin)s, %(reason)s)
