-- Purpose: what waits for somebody, in numbers. Grain: one row.
-- Issues and rejected lines are those of drafts and published loads; what a job is about to
-- run waits for nobody. Issues of invented loads, handed in by `sample`, are counted apart as well.
with states as (
    select count(*) as loads,
        count(*) filter (where states.state = 'draft') as drafts,
        count(*) filter (
            where states.state in ('received', 'failed') and active.job_id is null
        ) as unfinished,
        count(*) filter (where states.state = 'published') as published
    from app.load_states as states
    left join app.jobs as active
        on active.load_id = states.load_id and active.state in ('waiting', 'running')
),
issues as (
    select coalesce(sum(stats.issues), 0) as issues,
        coalesce(sum(stats.rejected_lines), 0) as rejected_lines,
        coalesce(sum(stats.issues) filter (where loads.received_by = %(sample)s), 0) as sample_issues
    from dq.dq_run_stats as stats
    join app.load_states as current using (load_id, run_id)
    join raw.loads using (load_id)
    where stats.rule_code is null and current.state in ('draft', 'published')
)
select states.loads, states.drafts, states.unfinished, states.published,
    issues.issues, issues.rejected_lines, issues.sample_issues
from states
cross join issues
