-- Purpose: remove the table of an earlier or broken run.
drop table if exists {table}
