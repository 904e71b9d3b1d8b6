-- Purpose: hold an active person's row until the transaction ends. Grain: one person.
select user_id from app.users where user_id = %(user_id)s and active for update
