-- Purpose: a new person; none comes back when the name is taken. Grain: one person.
insert into app.users (name, name_key, role, sees_personal, external_id, created_by)
values (%(name)s, %(name_key)s, %(role)s, false, %(external_id)s, %(actor)s)
on conflict do nothing
returning user_id
