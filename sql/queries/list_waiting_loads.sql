-- Purpose: loads that wait for somebody: drafts to look at, runs that did not finish and that
-- no job is about to repeat.
-- Grain: one load, newest first; totals are those of the run shown, null without one.
select states.load_id, states.source_system, states.period, states.state, loads.file_name,
    loads.received_at, loads.received_by, stats.lines_read, stats.canonical_lines,
    stats.rejected_lines, stats.issues, stats.net_amount
from app.load_states as states
join raw.loads using (load_id)
left join dq.dq_run_stats as stats on stats.run_id = states.run_id and stats.rule_code is null
where states.state in ('draft', 'received', 'failed')
    and not exists (
        select
        from app.jobs
        where jobs.load_id = states.load_id and jobs.state in ('waiting', 'running')
    )
order by states.load_id desc
limit %(limit)s
