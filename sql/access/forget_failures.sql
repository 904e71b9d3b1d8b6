-- Purpose: the failures of a name end with its success; those of yesterday count no more.
delete from app.sign_in_failures
where name_key = (select name_key from app.users where user_id = %(user_id)s)
    or at < now() - interval '1 day'
