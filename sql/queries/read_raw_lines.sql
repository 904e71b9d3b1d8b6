-- Purpose: the RAW text of some lines. Grain: one line.
select wanted.line_no, found.line
from unnest(%(line_nos)s::integer[]) as wanted (line_no)
cross join lateral (
    select lines.line
    from {table} as lines
    where lines.line_no = wanted.line_no
    offset 0  -- look each one up: the table is too new to have statistics
) as found
order by wanted.line_no
