-- Purpose: the audit chain tells from where a deed came (the address and session of a browser or a
-- program), beside the database's own word; and it can be looked through by person, action, subject.

-- Number, time and hashes are the database's own word; so is the origin, but for what the setting
-- `sales.origin` of the session says of whoever asked for the deed. One transaction at a time holds
-- the end of the chain, until it ends: an event is therefore written late in its transaction.
create or replace function app.chain_event() returns trigger
language plpgsql set search_path = pg_catalog as $$
declare
    last app.audit_events;
begin
    perform pg_advisory_xact_lock(hashtext('sales_engine.audit'));
    select * into last from app.audit_events order by event_id desc limit 1;
    new.event_id := coalesce(last.event_id, 0) + 1;
    new.at := clock_timestamp();
    new.origin := concat_ws(
        ' ', 'from ' || nullif(left(current_setting('sales.origin', true), 100), ''), session_user,
        host(inet_client_addr()), nullif(current_setting('application_name'), '')
    );
    new.previous_hash := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
    new.hash := sha256(new.previous_hash || convert_to(app.event_text(new), 'UTF8'));
    return new;
end
$$;

create index audit_events_by_actor on app.audit_events (actor, event_id);
create index audit_events_by_action on app.audit_events (action, event_id);
create index audit_events_by_time on app.audit_events (at);
