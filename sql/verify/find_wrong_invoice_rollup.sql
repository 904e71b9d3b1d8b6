-- Purpose: the first part of kpi.rollup_invoices of a load that is not the sum of its facts.
-- Grain: at most one row. Unit: money of the load's currency, signed.
with parts as (
    select true as is_fact, source_system, event_date, jalali_month, invoice_id, customer_id,
        salesperson_id, net_amount,
        case when transaction_type = 'SALE' then net_amount else 0 end as gross_amount,
        1 as line_count
    from canonical.sales
    where load_id = %(load_id)s
    union all
    select false, source_system, event_date, jalali_month, invoice_id, customer_id,
        salesperson_id, net_amount, gross_amount, line_count
    from kpi.rollup_invoices
    where load_id = %(load_id)s
), compared as (
    select source_system, event_date, jalali_month, invoice_id, customer_id, salesperson_id,
        sum(net_amount) filter (where is_fact) as expected_net_amount,
        sum(gross_amount) filter (where is_fact) as expected_gross_amount,
        sum(line_count) filter (where is_fact) as expected_line_count,
        sum(net_amount) filter (where not is_fact) as net_amount,
        sum(gross_amount) filter (where not is_fact) as gross_amount,
        sum(line_count) filter (where not is_fact) as line_count
    from parts
    group by source_system, event_date, jalali_month, invoice_id, customer_id, salesperson_id
)
select %(load_id)s as load_id, null::integer as line_no,
    concat_ws(' ', event_date, jalali_month, invoice_id, customer_id, salesperson_id) as row_key,
    jsonb_build_object('net_amount', expected_net_amount, 'gross_amount', expected_gross_amount,
        'line_count', expected_line_count)::text as expected,
    jsonb_build_object('net_amount', net_amount, 'gross_amount', gross_amount,
        'line_count', line_count)::text as found,
    count(*) over () as gaps
from compared
where (expected_net_amount, expected_gross_amount, expected_line_count)
    is distinct from (net_amount, gross_amount, line_count)
order by event_date, invoice_id, customer_id, salesperson_id
limit 1
