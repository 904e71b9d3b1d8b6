-- Purpose: the active person of a name, in any case of letters. Grain: one person.
select users.user_id, users.name, users.role, users.sees_personal,
    array(
        select entity_id from app.user_scopes as limits
        where limits.user_id = users.user_id and limits.kind = 'branch' order by entity_id
    ) as branches,
    array(
        select entity_id from app.user_scopes as limits
        where limits.user_id = users.user_id and limits.kind = 'salesperson' order by entity_id
    ) as salespeople
from app.users as users
where users.active and (users.name = %(name)s or lower(users.name) = lower(%(name)s))
order by users.name <> %(name)s, users.user_id
limit 1
