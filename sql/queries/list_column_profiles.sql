-- Purpose: how full each mapped column of a run was. Grain: one column.
select column_name, header, lines, empty_lines
from dq.column_profiles
where run_id = %(run_id)s
