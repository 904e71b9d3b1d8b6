-- Purpose: one publication of a month at a time; others wait until this transaction ends.
select pg_advisory_xact_lock(hashtextextended(%(source)s || ' ' || %(period)s, 0))
