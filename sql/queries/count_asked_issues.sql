-- Purpose: how many issues a filter asks for that asks nothing of what was said of them, and the money
-- they touch. Grain: one source system that has some. Without the join to what was said, an index
-- alone can answer.
select loads.source_system, count(*) as issues,
    coalesce(sum(issues.impact_amount), 0) as impact_amount
    {few}
from dq.dq_issues as issues
join app.load_states as loads using (load_id)
left join raw.loads as files using (load_id)
left join app.runs as runs on runs.run_id = issues.run_id
where {asked}
group by loads.source_system
order by loads.source_system
