-- Purpose: the lines of a run that have one of some codes. Grain: one line.
select line_no
from {sales}
where {key} = any(%(codes)s::text[])
