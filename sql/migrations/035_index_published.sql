-- Purpose: facts and invoices get the indexes that later months and figures ask when their load is
-- published, not while it is loaded: a draft is read as a whole or by line, and a corrected month
-- never pays for the indexes of the wrong one. A publish makes them (sql/tiers/index_published.sql).
drop index canonical.sales_by_customer_and_product;
drop index canonical.sales_by_invoice;
drop index canonical.sales_by_reference;
drop index kpi.rollup_invoices_by_day;

do $$
declare
    old regclass;
    sales text;
    rollup text;
    run bigint;
begin
    -- By month: each run made its own, without a name.
    for old in
        select indexrelid
        from pg_index
        join pg_inherits on inhrelid = indrelid
        where inhparent = 'kpi.rollup_invoices'::regclass and not indisprimary
    loop
        execute format('drop index %s', old);
    end loop;
    for run in
        select run_id
        from app.load_states
        where state = 'published' and to_regclass(format('canonical.sales_%s', run_id)) is not null
    loop
        sales := 'sales_' || run;
        rollup := 'rollup_invoices_' || run;
        execute format(
            'create index %I on canonical.%I (customer_id, product_id)',
            sales || '_by_customer', sales);
        execute format(
            'create index %I on canonical.%I (invoice_id)', sales || '_by_invoice', sales);
        execute format(
            'create index %I on canonical.%I (reference_invoice_id)'
            ' where reference_invoice_id is not null', sales || '_by_reference', sales);
        execute format(
            'create index %I on kpi.%I (jalali_month)', rollup || '_by_month', rollup);
        execute format('create index %I on kpi.%I (event_date)', rollup || '_by_day', rollup);
    end loop;
end
$$;
