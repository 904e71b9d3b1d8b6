-- Purpose: make a full lines table ready to be attached without another look at its rows.
create index on {table} (line_no)
