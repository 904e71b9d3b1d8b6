-- Purpose: loads whose state is not what their publications and runs say. Grain: one load.
-- The last step that moved a load decides; without one it is a draft once a run is done.
with last_actions as (
    select distinct on (load_id) load_id, state_after, source_system, period
    from app.publications
    where state_after is not null
    order by load_id, publication_id desc
), done_runs as (
    select load_id, max(run_id) as run_id
    from app.runs
    where state = 'done'
    group by load_id
), expected as (
    select loads.load_id, loads.source_system, done_runs.run_id,
        coalesce(last_actions.period, stats.period) as period,
        case
            when last_actions.state_after is not null then last_actions.state_after
            when done_runs.run_id is not null then 'draft'
            when states.state = 'failed' then 'failed'
            else 'received'
        end as state
    from raw.loads as loads
    left join last_actions using (load_id)
    left join done_runs using (load_id)
    left join app.load_states as states using (load_id)
    left join dq.dq_run_stats as stats
        on stats.run_id = done_runs.run_id and stats.rule_code is null
)
select expected.load_id, null::integer as line_no,
    concat_ws(', ', expected.state, expected.source_system, expected.period,
        'run ' || expected.run_id) as expected,
    coalesce(concat_ws(', ', states.state, states.source_system, states.period,
        'run ' || states.run_id), '-') as found,
    1 as gaps
from expected
left join app.load_states as states using (load_id)
where (expected.state, expected.source_system, expected.period, expected.run_id)
    is distinct from (states.state, states.source_system, states.period, states.run_id)
order by expected.load_id
