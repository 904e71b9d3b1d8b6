-- Purpose: the people, actions and kinds of subject that the audit chain knows, for a filter; found
-- by leaping through the indexes, whatever the length of the chain. Grain: one value of one column.
with recursive actors (value) as (
    select min(actor) from app.audit_events
    union all
    select (select min(actor) from app.audit_events where actor > actors.value)
    from actors
    where actors.value is not null
), actions (value) as (
    select min(action) from app.audit_events
    union all
    select (select min(action) from app.audit_events where action > actions.value)
    from actions
    where actions.value is not null
), kinds (value) as (
    select min(subject_kind) from app.audit_events
    union all
    select (select min(subject_kind) from app.audit_events where subject_kind > kinds.value)
    from kinds
    where kinds.value is not null
)
select 'actor' as name, value from actors where value is not null
union all
select 'action', value from actions where value is not null
union all
select 'kind', value from kinds where value is not null
