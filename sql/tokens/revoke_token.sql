-- Purpose: end a token, where it is the person's who is named or anybody's. Grain: one token; one
-- that was revoked before keeps its moment.
update app.tokens set revoked_at = coalesce(revoked_at, now())
where token_id = %(token_id)s
    and (%(user_id)s::bigint is null or user_id = %(user_id)s)
