-- Purpose: keep when a token was last used, once a minute. Grain: one token.
update app.tokens set last_used_at = now()
where token_id = %(token_id)s
    and (last_used_at is null or last_used_at < now() - interval '1 minute')
