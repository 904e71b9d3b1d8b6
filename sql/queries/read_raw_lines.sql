-- Purpose: the RAW text of some lines. Grain: one line.
select lines.line_no, lines.line
from {table} as lines
where lines.line_no + 0 = any(%(line_nos)s::integer[])  -- one pass, not a thousand look-ups
order by lines.line_no
