-- Purpose: one migration at a time; others wait until this transaction ends.
select pg_advisory_xact_lock(hashtext('sales_engine.migrations'))
