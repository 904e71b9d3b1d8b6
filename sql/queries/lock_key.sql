-- Purpose: a deed asked for twice under one key waits here for the first to end.
select pg_advisory_xact_lock(hashtextextended('key ' || %(key)s::text, 0))
