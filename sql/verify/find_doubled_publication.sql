-- Purpose: months with more than one published load. Grain: one source and period.
select max(load_id) as load_id, null::integer as line_no, source_system, period,
    string_agg(load_id::text, ', ' order by load_id) as found, 1 as gaps
from app.load_states
where state = 'published'
group by source_system, period
having count(*) > 1
order by source_system, period
