-- Purpose: one run as a whole, beside that of the published month before. Grain: one run; money in
-- the load's currency, shares between 0 and 1 and null where there are no lines.
select stats.run_id, stats.load_id, stats.source_system, stats.period, states.state,
    stats.lines_read, stats.canonical_lines, stats.rejected_lines, stats.blank_lines,
    stats.canonical_lines::numeric
        / nullif(stats.canonical_lines + stats.rejected_lines, 0) as accepted_share,
    stats.issues, stats.errors, stats.warnings, stats.net_amount, stats.rejected_net_amount,
    stats.impact_amount, stats.started_at, stats.finished_at,
    round(extract(epoch from stats.finished_at - stats.started_at), 3) as seconds,
    round(
        stats.lines_read / nullif(extract(epoch from stats.finished_at - stats.started_at), 0)
    ) as lines_per_second,
    before.run_id as before_run_id, before.period as before_period,
    before.lines_read as before_lines,
    before.canonical_lines::numeric
        / nullif(before.canonical_lines + before.rejected_lines, 0) as before_accepted_share,
    before.issues as before_issues, before.net_amount as before_net_amount
from dq.dq_run_stats as stats
join app.load_states as states using (load_id)
left join lateral (
    select earlier.run_id, earlier.period, earlier.lines_read, earlier.canonical_lines,
        earlier.rejected_lines, earlier.issues, earlier.net_amount
    from app.load_states as published
    join dq.dq_run_stats as earlier using (run_id)
    where published.state = 'published' and published.source_system = stats.source_system
        and published.period < stats.period and earlier.rule_code is null
    order by published.period desc
    limit 1
) as before on true
where stats.run_id = %(run_id)s and stats.rule_code is null
