-- Purpose: the RAW text of some lines. Grain: one line.
select lines.line_no, lines.line
from {table} as lines
join unnest(%(line_nos)s::integer[]) as wanted (line_no) using (line_no)
order by lines.line_no
