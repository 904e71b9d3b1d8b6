-- Purpose: keep a copy of a small table on each machine.
select create_reference_table(%(table_name)s::text::regclass)
