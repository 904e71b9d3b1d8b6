-- Purpose: make a full lines table ready to be attached without another look at its rows.
alter table {table} alter column line_no drop default;
drop sequence {sequence};
create index on {table} (line_no)
