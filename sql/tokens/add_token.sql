-- Purpose: a new token of a person who holds fewer live ones than the most. Grain: one token, or
-- none where there are too many.
insert into app.tokens (user_id, name, token_hash, scopes, expires_at)
select %(user_id)s, %(name)s, %(token_hash)s, %(scopes)s, now() + make_interval(days => %(days)s)
where (
    select count(*) from app.tokens
    where user_id = %(user_id)s and revoked_at is null and expires_at > now()
) < %(most)s
returning token_id
