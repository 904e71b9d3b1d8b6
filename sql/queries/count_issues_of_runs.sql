-- Purpose: how many issues the runs in force found, and the money they touch, as their stats tell.
-- Grain: one source system that has some, money in its currency. A parameter that is null asks for nothing.
select loads.source_system, coalesce(sum(stats.issues), 0)::bigint as issues,
    coalesce(sum(stats.impact_amount), 0) as impact_amount
from app.load_states as loads
join dq.dq_run_stats as stats using (load_id, run_id)
where loads.state = any(%(states)s::text[])
    and (%(source)s::text is null or loads.source_system = %(source)s::text)
    and (%(months)s::text[] is null or loads.period = any(%(months)s::text[]))
    and (stats.rule_code is null) = (coalesce(%(rules)s::text[], %(severities)s::text[]) is null)
    and (%(rules)s::text[] is null or stats.rule_code = any(%(rules)s::text[]))
    and (%(severities)s::text[] is null or stats.severity = any(%(severities)s::text[]))
group by loads.source_system
having sum(stats.issues) > 0
order by loads.source_system
