-- Purpose: the first line of a load that is not in exactly one of canonical, rejected and set
-- aside, or is there without being in RAW. Grain: at most one row.
with placed as (
    select line_no, 'canonical' as place from canonical.sales where load_id = %(load_id)s
    union
    select line_no, 'rejected' from canonical.rejected_lines where load_id = %(load_id)s
    union
    select line_no, 'set aside' from canonical.set_aside_lines where load_id = %(load_id)s
), places as (
    select line_no, count(*) as places, string_agg(place, ' + ' order by place) as place
    from placed
    group by line_no
), lines as (
    select distinct line_no from raw.lines where load_id = %(load_id)s
)
select %(load_id)s as load_id, line_no,
    case when lines.line_no is null then 'RAW' else 'canonical | rejected | set aside' end
        as expected,
    coalesce(places.place, '-') as found,
    count(*) over () as gaps
from lines
full join places using (line_no)
where lines.line_no is null or places.places is distinct from 1
order by line_no
limit 1
