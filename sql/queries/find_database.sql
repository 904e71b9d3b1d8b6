-- Purpose: whether a database exists. Grain: one database.
select datname
from pg_database
where datname = %(name)s
