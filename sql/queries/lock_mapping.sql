-- Purpose: one new version of a source's mapping at a time; others wait for this transaction's end.
select pg_advisory_xact_lock(hashtextextended('mapping ' || %(source)s, 0))
