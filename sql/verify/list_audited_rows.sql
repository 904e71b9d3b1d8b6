-- Purpose: the rows of one append-only table, as the texts that audit events hold digests of.
-- Grain: one row.
select {id} as id, json_strip_nulls(row_to_json(audited))::text as line
from {table} as audited
order by {id}
