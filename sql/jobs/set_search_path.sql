-- Purpose: where names are looked for until this transaction ends; the queue's package names its
-- tables without a schema.
select set_config('search_path', %(search_path)s, true)
