-- Purpose: a scope is asked of a fact faster. Facts of people who never were with a branch of it are
-- passed over by one look at an array, and the others alone are asked for the day.
do $$
declare
    facts regclass;
begin
    foreach facts in array array['canonical.sales', 'kpi.rollup_invoices']::regclass[] loop
        execute format(
            'alter policy in_scope on %s using ('
            ' not app.is_limited()'
            ' or salesperson_id = any((select app.scope(''salespeople''))::text[])'
            ' or salesperson_id = any(array('
            '     select salesperson_id from dim.salespeople'
            '     where branch_id = any((select app.scope(''branches''))::text[])))'
            ' and exists ('
            '     select from dim.salespeople as people'
            '     where people.source_system = %1$s.source_system'
            '         and people.salesperson_id = %1$s.salesperson_id'
            '         and people.branch_id = any((select app.scope(''branches''))::text[])'
            '         and people.valid_from <= %1$s.event_date'
            '         and (people.valid_to is null or people.valid_to > %1$s.event_date)))', facts);
    end loop;
end
$$;
