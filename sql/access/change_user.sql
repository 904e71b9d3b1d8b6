-- Purpose: change what is given of a person; null leaves it as it is. Grain: one person.
update app.users
set role = coalesce(%(role)s, role),
    active = coalesce(%(active)s, active),
    sees_personal = coalesce(%(sees_personal)s, sees_personal)
where user_id = %(user_id)s
    and (
        role <> coalesce(%(role)s, role)
        or active <> coalesce(%(active)s, active)
        or sees_personal <> coalesce(%(sees_personal)s, sees_personal)
    )
