-- Purpose: the bytes of a file, in order. Grain: one piece.
select data
from raw.file_chunks
where load_id = %(load_id)s
order by chunk_no
