-- Purpose: tokens of a person, of everybody, or one by its number. Grain: one token, newest first.
select tokens.token_id, tokens.user_id, users.name as user_name, tokens.name, tokens.scopes,
    tokens.created_at, tokens.expires_at, tokens.revoked_at, tokens.last_used_at
from app.tokens as tokens
join app.users as users using (user_id)
where (%(user_id)s::bigint is null or tokens.user_id = %(user_id)s)
    and (%(token_id)s::bigint is null or tokens.token_id = %(token_id)s)
order by tokens.token_id desc
