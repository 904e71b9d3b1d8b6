-- Purpose: tables that are spread or copied already. Grain: one table.
select tables.relnamespace::regnamespace || '.' || tables.relname as table_name
from pg_dist_partition as spread
join pg_class as tables on tables.oid = spread.logicalrelid
