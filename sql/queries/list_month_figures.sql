-- Purpose: quality over the months: the load in force of each, and how it differs from the month
-- before that is there. Grain: one month of one source, the published load or else the newest draft;
-- money in the source's currency, shares between 0 and 1, changes as a share of the month before.
with in_force as (
    select distinct on (states.source_system, states.period)
        states.source_system, states.period, states.load_id, states.run_id, states.state
    from app.load_states as states
    where states.state in ('draft', 'published')
        and (%(source)s::text is null or states.source_system = %(source)s::text)
    order by states.source_system, states.period, states.state = 'published' desc,
        states.load_id desc
), figures as (
    select in_force.state, stats.source_system, stats.period, stats.load_id, stats.run_id,
        stats.lines_read, stats.canonical_lines, stats.rejected_lines, stats.issues, stats.errors,
        stats.warnings, stats.net_amount, stats.impact_amount,
        stats.canonical_lines::numeric
            / nullif(stats.canonical_lines + stats.rejected_lines, 0) as accepted_share,
        extract(epoch from stats.finished_at - stats.started_at) as seconds
    from in_force
    join dq.dq_run_stats as stats on stats.run_id = in_force.run_id and stats.rule_code is null
)
select source_system, period, state, load_id, run_id, lines_read, canonical_lines, rejected_lines,
    accepted_share, issues, errors, warnings, net_amount, impact_amount,
    round(seconds, 3) as seconds, round(lines_read / nullif(seconds, 0)) as lines_per_second,
    lag(period) over month as before_period,
    (lines_read - lag(lines_read) over month)::numeric
        / nullif(lag(lines_read) over month, 0) as lines_change,
    (net_amount - lag(net_amount) over month)
        / nullif(abs(lag(net_amount) over month), 0) as net_amount_change,
    accepted_share - lag(accepted_share) over month as accepted_share_change,
    (issues - lag(issues) over month)::numeric / nullif(lag(issues) over month, 0) as issues_change
from figures
window month as (partition by source_system order by period)
order by source_system, period
