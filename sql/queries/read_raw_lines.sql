-- Purpose: the RAW text of some lines. Grain: one line.
select wanted.line_no, found.line
from unnest(%(line_nos)s::integer[]) as wanted (line_no)
cross join lateral (
    select lines.line
    from {table} as lines
    where lines.line_no = wanted.line_no
    limit 1  -- a number is one line, which a table too new for statistics cannot tell
) as found
order by wanted.line_no
