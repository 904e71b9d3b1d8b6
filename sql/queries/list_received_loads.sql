-- Purpose: files ever received that fit what is asked for, with the totals of the run shown and the
-- job at work on them. Grain: one load, newest first; money in the load's currency.
select loads.load_id, loads.source_system, loads.file_name, loads.file_size, loads.received_at,
    loads.received_by, states.state, states.period, states.run_id,
    runs.mapping ->> 'currency' as currency, stats.lines_read, stats.canonical_lines,
    stats.rejected_lines, stats.issues, stats.net_amount, active.job_id
from raw.loads
join app.load_states as states using (load_id)
left join app.runs on runs.run_id = states.run_id
left join dq.dq_run_stats as stats on stats.run_id = states.run_id and stats.rule_code is null
left join app.jobs as active
    on active.load_id = loads.load_id and active.state in ('waiting', 'running')
where (%(states)s::text[] is null or states.state = any(%(states)s))
    and (%(source)s::text is null or loads.source_system = %(source)s)
    and (%(period)s::text is null or states.period = %(period)s)
    and (
        %(text)s::text is null
        or strpos(lower(loads.file_name || ' ' || loads.received_by), lower(%(text)s)) > 0
    )
    and (%(before)s::bigint is null or loads.load_id < %(before)s)
order by loads.load_id desc
limit %(limit)s
