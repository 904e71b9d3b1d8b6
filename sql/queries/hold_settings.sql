-- Purpose: changes of settings come one after the other. Grain: none, it takes a lock until the end.
select pg_advisory_xact_lock(hashtext('app.settings'))
