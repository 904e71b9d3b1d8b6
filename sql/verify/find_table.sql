-- Purpose: whether a table exists in this version of the schema. Grain: one table.
select to_regclass(%(name)s) is not null as is_there
