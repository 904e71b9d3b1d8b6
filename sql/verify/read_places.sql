-- Purpose: where each line of a load went, and the amount it has there. Grain: one line and place.
-- A rejected line that could not be cut into cells is "damaged": nothing of it is readable.
select line_no, 'canonical' as place, net_amount
from canonical.sales
where load_id = %(load_id)s
union all
select rejected.line_no,
    case when damaged.line_no is null then 'rejected' else 'damaged' end,
    rejected.net_amount
from canonical.rejected_lines as rejected
left join (
    select distinct line_no
    from dq.dq_issues
    where load_id = %(load_id)s and rule_code in ('RAGGED_LINE', 'UNDECODABLE_TEXT')
) as damaged using (line_no)
where rejected.load_id = %(load_id)s
union all
select line_no, kind, null
from canonical.set_aside_lines
where load_id = %(load_id)s
order by line_no
