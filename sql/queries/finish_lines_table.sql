-- Purpose: make a full lines table ready to be attached without another look at its rows.
alter table {table} alter column line_no drop default;
drop sequence {sequence};
alter table {table} add constraint {check} check (load_id = {load_id});
create index on {table} using brin (line_no) with (pages_per_range = 16)
