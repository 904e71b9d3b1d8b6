-- Purpose: the first figure noted with a run that is not what its rows come to. Grain: at most one
-- row. Unit: lines, issues, or money of the load's currency, signed. The file's net amount is the
-- one read anew from RAW (null: it could not be).
with facts as (
    select count(*) as lines, coalesce(sum(net_amount), 0) as net_amount
    from canonical.sales
    where load_id = %(load_id)s
), rejected as (
    select count(*) as lines, coalesce(sum(net_amount), 0) as net_amount
    from canonical.rejected_lines
    where load_id = %(load_id)s
), set_aside as (
    select count(*) as lines, count(*) filter (where kind = 'blank') as blank_lines
    from canonical.set_aside_lines
    where load_id = %(load_id)s
), issues as (
    select count(*) as issues, count(*) filter (where severity = 'ERROR') as errors,
        count(*) filter (where severity = 'WARNING') as warnings
    from dq.dq_issues
    where load_id = %(load_id)s and run_id = %(run_id)s
), figures as (
    select figure.*
    from facts
    cross join rejected
    cross join set_aside
    cross join issues
    left join dq.reconciliations as balance on balance.run_id = %(run_id)s
    left join dq.dq_run_stats as stats
        on stats.run_id = %(run_id)s and stats.rule_code is null
    cross join lateral (
        values
        (1, 'reconciliations.file_net_amount',
            coalesce(%(file_net_amount)s, balance.file_net_amount), balance.file_net_amount),
        (2, 'reconciliations.canonical_net_amount', facts.net_amount, balance.canonical_net_amount),
        (3, 'reconciliations.rejected_net_amount', rejected.net_amount, balance.rejected_net_amount),
        (4, 'reconciliations.amount_gap', 0, balance.amount_gap),
        (5, 'reconciliations.raw_lines', facts.lines + rejected.lines + set_aside.lines,
            balance.raw_lines),
        (6, 'reconciliations.canonical_lines', facts.lines, balance.canonical_lines),
        (7, 'reconciliations.rejected_lines', rejected.lines, balance.rejected_lines),
        (8, 'reconciliations.set_aside_lines', set_aside.lines, balance.set_aside_lines),
        (9, 'reconciliations.lines_gap', 0, balance.lines_gap),
        (10, 'dq_run_stats.net_amount', facts.net_amount, stats.net_amount),
        (11, 'dq_run_stats.rejected_net_amount', rejected.net_amount, stats.rejected_net_amount),
        (12, 'dq_run_stats.lines_read', facts.lines + rejected.lines + set_aside.blank_lines,
            stats.lines_read),
        (13, 'dq_run_stats.canonical_lines', facts.lines, stats.canonical_lines),
        (14, 'dq_run_stats.rejected_lines', rejected.lines, stats.rejected_lines),
        (15, 'dq_run_stats.blank_lines', set_aside.blank_lines, stats.blank_lines),
        (16, 'dq_run_stats.issues', issues.issues, stats.issues),
        (17, 'dq_run_stats.errors', issues.errors, stats.errors),
        (18, 'dq_run_stats.warnings', issues.warnings, stats.warnings)
    ) as figure (position, figure, expected, found)
)
select %(load_id)s as load_id, null::integer as line_no, figure,
    trim_scale(expected)::text as expected, coalesce(trim_scale(found)::text, '-') as found,
    count(*) over () as gaps
from figures
where expected is distinct from found or found is null
order by position
limit 1
