-- Purpose: the RAW lines of a load become visible, and unchangeable.
alter table raw.lines attach partition {table} for values in ({load_id});
create trigger refuse_truncate before truncate on {table}
    for each statement execute function app.refuse_change()
