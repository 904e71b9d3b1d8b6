-- Purpose: an administrator settles something. Grain: one change.
insert into app.settings (name, is_on, author, reason)
values (%(name)s, %(is_on)s, %(author)s, %(reason)s)
