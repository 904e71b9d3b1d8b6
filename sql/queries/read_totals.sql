-- Purpose: what a run wrote, counted and summed in the database. Grain: one row.
with facts as (
    select count(*) as canonical_lines, coalesce(sum(net_amount), 0) as canonical_net_amount
    from {sales}
), rejected as (
    select count(*) as rejected_lines, coalesce(sum(net_amount), 0) as rejected_net_amount
    from new_rejected_lines
), set_aside as (
    select count(*) as set_aside_lines, count(*) filter (where kind = 'blank') as blank_lines
    from new_set_aside_lines
)
select
    coalesce(%(raw_lines)s::bigint, (select count(*) from {table})) as raw_lines,
    facts.canonical_lines, facts.canonical_net_amount,
    rejected.rejected_lines, rejected.rejected_net_amount,
    set_aside.set_aside_lines, set_aside.blank_lines
from facts, rejected, set_aside
