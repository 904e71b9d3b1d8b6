-- Purpose: the first line of a load that is rejected without an ERROR, or is canonical with one.
-- Grain: at most one row.
with errors as (
    select distinct line_no
    from dq.dq_issues
    where load_id = %(load_id)s and run_id = %(run_id)s and severity = 'ERROR'
        and line_no is not null
), misjudged as (
    select line_no, 'ERROR' as expected, '-' as found
    from canonical.rejected_lines
    where load_id = %(load_id)s and line_no not in (select line_no from errors)
    union all
    select line_no, 'canonical', 'ERROR'
    from canonical.sales
    where load_id = %(load_id)s and line_no in (select line_no from errors)
)
select %(load_id)s as load_id, line_no, expected, found, count(*) over () as gaps
from misjudged
order by line_no
limit 1
