-- Purpose: whether a run balances. Grain: one run.
select balanced, lines_gap, amount_gap
from dq.reconciliations
where run_id = %(run_id)s
