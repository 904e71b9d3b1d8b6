-- Purpose: the columns of a feed with their types, and none of its rows.
select * from {rows} as rows limit 0
