-- Purpose: what a person who may come in is called. Grain: one person.
select name from app.users where user_id = %(user_id)s and active
