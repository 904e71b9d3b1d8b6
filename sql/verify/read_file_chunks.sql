-- Purpose: the pieces of a kept file, in order. Grain: one piece.
select chunk_no, size, data
from raw.file_chunks
where load_id = %(load_id)s
order by chunk_no
