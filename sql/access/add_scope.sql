-- Purpose: limit a person to these branches and salespeople besides. Grain: one limit.
insert into app.user_scopes (user_id, kind, entity_id)
select %(user_id)s, 'branch', unnest(%(branches)s::text[])
union
select %(user_id)s, 'salesperson', unnest(%(salespeople)s::text[])
on conflict do nothing
