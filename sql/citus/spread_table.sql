-- Purpose: spread the rows of a table over the machines. Tables spread by columns of one type sit
-- together, which is the extension's default.
select create_distributed_table(%(table_name)s::text::regclass, %(column_name)s::text)
