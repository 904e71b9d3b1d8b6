-- Purpose: whether nobody runs over a load; then it is ours until this transaction ends.
select pg_try_advisory_xact_lock(
    hashtextextended('sales_engine.load ' || %(load_id)s, 0)
) as is_mine
