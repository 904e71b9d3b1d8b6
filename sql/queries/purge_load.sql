-- Purpose: remove for good what a long voided load holds. Grain: one load; how much was removed.
select purge_id, load_id, file_chunks, raw_lines, sales, issues
from app.purge_load(%(load_id)s, %(actor)s, %(reason)s, %(days)s)
