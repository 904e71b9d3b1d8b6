-- Purpose: statistics of a run: one row for the whole (rule_code is null), one per rule that found
-- something. Grain: one run and rule.
with found as (
    select rule_code, min(severity) as severity, count(*) as issues,
        count(*) filter (where severity = 'ERROR') as errors,
        count(*) filter (where severity = 'WARNING') as warnings,
        coalesce(sum(impact_amount), 0) as impact_amount
    from dq.dq_issues
    where load_id = %(load_id)s and run_id = %(run_id)s
    group by grouping sets ((rule_code), ())
)
insert into dq.dq_run_stats (
    run_id, load_id, source_system, period, rule_code, severity, lines_read, canonical_lines,
    rejected_lines, blank_lines, issues, errors, warnings, net_amount, rejected_net_amount,
    impact_amount, started_at, finished_at
)
select %(run_id)s, %(load_id)s, %(source)s, %(period)s, rule_code,
    case when rule_code is not null then severity end,
    %(lines_read)s, %(canonical_lines)s, %(rejected_lines)s, %(blank_lines)s,
    issues, errors, warnings, %(canonical_net_amount)s, %(rejected_net_amount)s, impact_amount,
    %(started_at)s, clock_timestamp()
from found
