-- Purpose: acts on issues follow one another, so that each one sees what the last one said.
select pg_advisory_xact_lock(hashtextextended('dq.issue_events', 0))
