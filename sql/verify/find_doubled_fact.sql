-- Purpose: the first line of a load with more than one canonical row. Grain: at most one row.
select %(load_id)s as load_id, line_no, 1 as expected, count(*) as found,
    count(*) over () as gaps
from canonical.sales
where load_id = %(load_id)s
group by line_no
having count(*) > 1
order by line_no
limit 1
