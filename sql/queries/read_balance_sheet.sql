-- Purpose: the balance of a run, entry by entry; money in the load's currency. Grain: one run.
select raw_lines, canonical_lines, rejected_lines, set_aside_lines, lines_gap, file_net_amount,
    canonical_net_amount, rejected_net_amount, amount_gap, balanced
from dq.reconciliations
where run_id = %(run_id)s
