-- Purpose: the RAW lines of a load by their numbers. Grain: one line.
select line_no, line, undecoded
from raw.lines
where load_id = %(load_id)s
order by line_no
