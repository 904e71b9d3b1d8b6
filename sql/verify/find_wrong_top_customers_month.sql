-- Purpose: the first row of kpi_top_customers_month that is not what the published facts come to.
-- Grain: at most one row. The month's first day comes from the facts' own dates.
with summed as (
    select sales.source_system, left(sales.event_date_jalali, 7) as jalali_month,
        sales.customer_id,
        min(sales.event_date - (right(sales.event_date_jalali, 2)::integer - 1)) as month_start,
        sum(sales.net_amount) as net_amount,
        coalesce(sum(sales.net_amount) filter (where sales.sign = 1), 0) as gross_amount,
        coalesce(-sum(sales.net_amount) filter (where sales.sign = -1), 0) as returns_amount,
        count(distinct sales.invoice_id) as invoice_count,
        count(distinct sales.event_date) as active_days
    from canonical.sales
    join app.load_states as states using (load_id)
    where states.state = 'published'
    group by sales.source_system, left(sales.event_date_jalali, 7), sales.customer_id
), expected as (
    -- A rank is one more than the number of customers who bought for more.
    select summed.*,
        1 + count(*) over (
            partition by source_system, jalali_month order by net_amount desc
            groups between unbounded preceding and 1 preceding
        ) as customer_rank
    from summed
), found as (
    select source_system, jalali_month, customer_id, month_start, net_amount, gross_amount,
        returns_amount, invoice_count, active_days, customer_rank
    from kpi.kpi_top_customers_month
)
select null::bigint as load_id, null::integer as line_no,
    concat_ws(' ', source_system, jalali_month, customer_id) as row_key,
    to_jsonb(expected)::text as expected, to_jsonb(found)::text as found,
    count(*) over () as gaps
from expected
full join found using (source_system, jalali_month, customer_id)
where to_jsonb(expected) is distinct from to_jsonb(found)
order by source_system, jalali_month, customer_id
limit 1
