-- Purpose: how many could let others in; none means that nobody can. Grain: one row.
select count(*) as administrators from app.users where role = 'admin' and active
