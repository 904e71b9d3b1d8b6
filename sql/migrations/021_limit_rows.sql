-- Purpose: row-level security. Whoever is limited to branches or salespeople sees the facts of these
-- alone, and no sum in which others are: a sum is theirs when they work it out of their own facts.

-- Whether whoever acts is limited to a scope. Their role alone decides, and the planner must know
-- it: what others never see then costs them nothing. So this is called immutable although it is so
-- for one role alone; plans that depend on row-level security are made anew for another role.
create function app.is_limited() returns boolean
language sql immutable parallel safe set search_path = pg_catalog as $$
    select current_user = 'sales_engine_limited_manager'
$$;

-- Ids of the scope: `branches` or `salespeople` of the person that the session was told of.
create function app.scope(kind text) returns text[]
language sql stable parallel safe set search_path = pg_catalog as $$
    select array(
        select jsonb_array_elements_text(
            nullif(current_setting('sales.person', true), '')::jsonb -> kind
        )
    )
$$;

-- Facts: of a salesperson who is named, or belonged on that day to a branch that is named.
do $$
declare
    facts regclass;
begin
    foreach facts in array array['canonical.sales', 'kpi.rollup_invoices']::regclass[] loop
        execute format('alter table %s enable row level security', facts);
        execute format(
            'create policy in_scope on %s using ('
            ' not app.is_limited()'
            ' or salesperson_id = any((select app.scope(''salespeople''))::text[])'
            ' or exists ('
            '     select from dim.salespeople as people'
            '     where people.source_system = %1$s.source_system'
            '         and people.salesperson_id = %1$s.salesperson_id'
            '         and people.branch_id = any((select app.scope(''branches''))::text[])'
            '         and people.valid_from <= %1$s.event_date'
            '         and (people.valid_to is null or people.valid_to > %1$s.event_date)))', facts);
    end loop;
end
$$;

-- Sums: nobody's who is limited. What a load was as a whole is not theirs either.
do $$
declare
    sums regclass;
begin
    foreach sums in array array[
        'kpi.rollup_products', 'kpi.rollup_days', 'kpi.rollup_months', 'kpi.rollup_customers',
        'kpi.rollup_salespeople', 'kpi.rollup_visits', 'kpi.double_counts', 'dq.dq_run_stats'
    ]::regclass[] loop
        execute format('alter table %s enable row level security', sums);
        execute format('create policy not_limited on %s using (not app.is_limited())', sums);
    end loop;
end
$$;

-- Who there is: their own people and branches.
alter table dim.salespeople enable row level security;
create policy in_scope on dim.salespeople using (
    not app.is_limited()
    or salesperson_id = any((select app.scope('salespeople'))::text[])
    or branch_id = any((select app.scope('branches'))::text[])
);
alter table dim.branches enable row level security;
create policy in_scope on dim.branches using (
    not app.is_limited()
    or branch_id = any((select app.scope('branches'))::text[])
    or exists (
        select from dim.salespeople as people
        where people.source_system = branches.source_system
            and people.branch_id = branches.branch_id
    )
);

-- The states of issues follow from their events, whoever adds these.
alter function dq.keep_issue_states() security definer set search_path = pg_catalog;
