-- Purpose: name who acts, for the audit events of this transaction. Grain: one setting.
select set_config('sales.actor', %(actor)s, true)
