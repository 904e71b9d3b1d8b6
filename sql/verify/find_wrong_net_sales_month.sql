-- Purpose: the first row of kpi_net_sales_month that is not what the published facts come to.
-- Grain: at most one row. Money in the source's currency.
with expected as (
    select sales.source_system, left(sales.event_date_jalali, 7) as jalali_month,
        sum(sales.net_amount) as net_amount,
        coalesce(sum(sales.net_amount) filter (where sales.transaction_type = 'SALE'), 0)
            as gross_amount,
        coalesce(-sum(sales.net_amount) filter (where sales.transaction_type = 'RETURN'), 0)
            as returns_amount,
        count(distinct sales.invoice_id) as invoice_count,
        count(distinct sales.customer_id) as customer_count,
        count(*) as line_count
    from canonical.sales
    join app.load_states as states using (load_id)
    where states.state = 'published'
    group by sales.source_system, left(sales.event_date_jalali, 7)
), found as (
    select source_system, jalali_month, net_amount, gross_amount, returns_amount, invoice_count,
        customer_count, line_count
    from kpi.kpi_net_sales_month
)
select null::bigint as load_id, null::integer as line_no,
    concat_ws(' ', source_system, jalali_month) as row_key,
    to_jsonb(expected)::text as expected, to_jsonb(found)::text as found,
    count(*) over () as gaps
from expected
full join found using (source_system, jalali_month)
where to_jsonb(expected) is distinct from to_jsonb(found)
order by source_system, jalali_month
limit 1
