-- Purpose: one worker at a time looks for what the dead left. Grain: one row.
select pg_try_advisory_xact_lock(hashtext('sales_engine.rescue')) as is_mine
