-- Purpose: who is limited to a scope sees the same facts as before, asked by a function: a policy of
-- a spread table may hold no subquery. On one machine the subquery is faster, so only there.
create or replace function app.is_in_scope(source text, person text, day date) returns boolean
language sql stable parallel safe
-- Names are looked up now: whoever asks later has no right to see the schema `app`.
return person = any(app.scope('salespeople'))
    or exists (
        select from dim.salespeople as people
        where people.source_system = source
            and people.salesperson_id = person
            and people.branch_id = any(app.scope('branches'))
            and people.valid_from <= day
            and (people.valid_to is null or people.valid_to > day)
    );
alter function app.is_in_scope owner to sales_engine_owner;
alter policy in_scope on canonical.sales using (
    not app.is_limited() or app.is_in_scope(source_system, salesperson_id, event_date)
);
alter policy in_scope on kpi.rollup_invoices using (
    not app.is_limited() or app.is_in_scope(source_system, salesperson_id, event_date)
)
