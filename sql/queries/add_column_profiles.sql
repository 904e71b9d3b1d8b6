-- Purpose: how full each mapped column of a load was. Grain: one run and column.
insert into dq.column_profiles (run_id, load_id, column_name, header, lines, empty_lines)
select %(run_id)s, %(load_id)s, name, header, %(lines)s, empty_lines
from unnest(%(names)s::text[], %(headers)s::text[], %(empty_lines)s::integer[])
    as profiles (name, header, empty_lines)
