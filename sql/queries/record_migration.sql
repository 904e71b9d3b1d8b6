-- Purpose: note a migration as applied; number 0 stands for the views as a whole, -1 for
-- the queue's own tables, -2 for what follows the last of them.
insert into app.migrations (number, name, checksum)
values (%(number)s, %(name)s, %(checksum)s)
on conflict (number) do update
    set checksum = excluded.checksum, name = excluded.name, applied_at = now()
