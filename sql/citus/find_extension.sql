-- Purpose: whether this database can spread its tables. Grain: one row; version is null where the
-- server has no Citus or this database has not created it.
select (select extversion from pg_extension where extname = 'citus') as version
