-- Purpose: who the triggers of accounts write into the audit chain, until the transaction ends.
select set_config('sales.actor', %(actor)s, true)
