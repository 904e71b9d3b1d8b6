-- Purpose: what a run wrote, counted and summed in the database. Grain: one row.
select
    (select count(*) from {table}) as raw_lines,
    (select count(*) from {sales}) as canonical_lines,
    (select coalesce(sum(net_amount), 0) from {sales}) as canonical_net_amount,
    (select count(*) from new_rejected_lines) as rejected_lines,
    (select coalesce(sum(net_amount), 0) from new_rejected_lines) as rejected_net_amount,
    (select count(*) from new_set_aside_lines) as set_aside_lines,
    (select count(*) from new_set_aside_lines where kind = 'blank') as blank_lines
