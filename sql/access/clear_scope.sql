-- Purpose: take from a person the limits that are not among the given. Grain: one limit.
delete from app.user_scopes
where user_id = %(user_id)s
    and not (kind = 'branch' and entity_id = any (%(branches)s))
    and not (kind = 'salesperson' and entity_id = any (%(salespeople)s))
