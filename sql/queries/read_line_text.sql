-- Purpose: one line as it stands in the file. Grain: one line.
select line
from raw.lines
where load_id = %(load_id)s and line_no = %(line_no)s
