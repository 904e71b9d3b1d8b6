-- Purpose: how often each rule was broken, in one load or in all in force (drafts and published).
-- Grain: one load and rule; impact in the load's currency.
select issues.load_id, issues.rule_code, issues.severity, count(*) as issues,
    sum(issues.impact_amount) as impact_amount
from dq.dq_issues as issues
join app.load_states as states using (load_id)
where (
        issues.load_id = %(load_id)s::bigint
        or (%(load_id)s::bigint is null and states.state in ('draft', 'published'))
    )
    and (%(code)s::text is null or issues.rule_code = %(code)s::text)
group by issues.load_id, issues.rule_code, issues.severity
order by issues.load_id, count(*) desc, issues.rule_code
