-- Purpose: the end of the audit chain, and when the chain was last proven and found sound (by itself
-- or with the whole ledger). Grain: one row; nothing where nothing was ever done.
select head.event_id, head.at, encode(head.hash, 'hex') as hash, proof.at as proven_at,
    proof.actor as proven_by, (proof.detail ->> 'event_id')::bigint as proven_to,
    (proof.detail ->> 'gaps')::integer as gaps
from (select event_id, at, hash from app.audit_events order by event_id desc limit 1) as head
left join lateral (
    select at, actor, detail
    from app.audit_events
    where action = 'verify'
    order by event_id desc
    limit 1
) as proof on true
