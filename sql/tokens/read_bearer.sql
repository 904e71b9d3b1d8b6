-- Purpose: a live token with its active person, by the hash of what was presented. Grain: one token.
select tokens.token_id, tokens.user_id, users.name as user_name, tokens.name, tokens.scopes,
    tokens.created_at, tokens.expires_at, tokens.revoked_at, tokens.last_used_at,
    users.role, users.sees_personal,
    array(
        select entity_id from app.user_scopes as limits
        where limits.user_id = users.user_id and limits.kind = 'branch' order by entity_id
    ) as branches,
    array(
        select entity_id from app.user_scopes as limits
        where limits.user_id = users.user_id and limits.kind = 'salesperson' order by entity_id
    ) as salespeople
from app.tokens as tokens
join app.users as users using (user_id)
where tokens.token_hash = %(token_hash)s
    and tokens.revoked_at is null and tokens.expires_at > now() and users.active
