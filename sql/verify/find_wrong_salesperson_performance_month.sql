-- Purpose: the first row of kpi_salesperson_performance_month that is not what the published facts
-- come to. Grain: at most one row. The average is compared to four decimals; the month's first day
-- comes from the facts' own dates.
with summed as (
    select sales.source_system, left(sales.event_date_jalali, 7) as jalali_month,
        sales.salesperson_id,
        min(sales.event_date - (right(sales.event_date_jalali, 2)::integer - 1)) as month_start,
        sum(sales.net_amount) as net_amount,
        coalesce(sum(sales.net_amount) filter (where sales.sign = 1), 0) as gross_amount,
        coalesce(-sum(sales.net_amount) filter (where sales.sign = -1), 0) as returns_amount,
        count(distinct sales.invoice_id) as invoice_count,
        count(distinct sales.customer_id) as customer_count
    from canonical.sales
    join app.load_states as states using (load_id)
    where states.state = 'published' and sales.salesperson_id is not null
    group by sales.source_system, left(sales.event_date_jalali, 7), sales.salesperson_id
), expected as (
    select summed.*, round(net_amount / invoice_count, 4) as average_invoice_amount
    from summed
), found as (
    select source_system, jalali_month, salesperson_id, month_start, net_amount, gross_amount,
        returns_amount, invoice_count, customer_count,
        round(average_invoice_amount, 4) as average_invoice_amount
    from kpi.kpi_salesperson_performance_month
)
select null::bigint as load_id, null::integer as line_no,
    concat_ws(' ', source_system, jalali_month, salesperson_id) as row_key,
    to_jsonb(expected)::text as expected, to_jsonb(found)::text as found,
    count(*) over () as gaps
from expected
full join found using (source_system, jalali_month, salesperson_id)
where to_jsonb(expected) is distinct from to_jsonb(found)
order by source_system, jalali_month, salesperson_id
limit 1
