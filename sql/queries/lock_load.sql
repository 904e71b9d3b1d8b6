-- Purpose: one run over a load at a time, until this session ends.
select pg_advisory_lock(hashtextextended('sales_engine.load ' || %(load_id)s, 0))
