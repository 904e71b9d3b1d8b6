-- Purpose: a transaction that shows one snapshot, as whoever acts, in one round trip.
begin isolation level repeatable read read only;
set local role {role};
select set_config('sales.person', {facts}, true)
