-- Purpose: whether the file of a load is still kept; without it nothing of the load can be shown.
-- Grain: at most one row.
select load_id
from raw.file_chunks
where load_id = %(load_id)s
limit 1
