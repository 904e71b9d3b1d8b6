-- Purpose: issues that go, come and stay, by fingerprint; twins of one fingerprint count each.
-- Grain: one rule.
with found as (
    select rule_code, fingerprint,
        count(*) filter (where load_id = any(%(leaving)s)) as issues_before,
        count(*) filter (where load_id = any(%(entering)s)) as issues_after
    from dq.dq_issues
    where load_id = any(%(leaving)s::bigint[] || %(entering)s::bigint[])
    group by rule_code, fingerprint
)
select rule_code,
    sum(greatest(issues_before - issues_after, 0))::bigint as fixed,
    sum(greatest(issues_after - issues_before, 0))::bigint as new,
    sum(least(issues_before, issues_after))::bigint as staying
from found
group by rule_code
order by rule_code
