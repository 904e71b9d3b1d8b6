-- Purpose: the balance of a run. Grain: one run.
insert into dq.reconciliations (
    run_id, load_id, raw_lines, canonical_lines, rejected_lines, set_aside_lines, lines_gap,
    file_net_amount, canonical_net_amount, rejected_net_amount, amount_gap
)
values (
    %(run_id)s, %(load_id)s, %(raw_lines)s, %(canonical_lines)s, %(rejected_lines)s,
    %(set_aside_lines)s, %(lines_gap)s, %(file_net_amount)s, %(canonical_net_amount)s,
    %(rejected_net_amount)s, %(amount_gap)s
)
