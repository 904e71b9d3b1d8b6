-- Purpose: dimensions of a source are built anew by one transaction at a time: two months published
-- at once would each leave out the other.
select pg_advisory_xact_lock(hashtextextended('dimensions ' || %(source)s, 0))
