-- Purpose: changes of rules follow one another, so that each is checked against the last.
select pg_advisory_xact_lock(hashtextextended('dq.rule_settings', 0))
