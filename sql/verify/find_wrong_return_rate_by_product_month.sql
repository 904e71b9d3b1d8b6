-- Purpose: the first row of kpi_return_rate_by_product_month that is not what the published facts
-- come to. Grain: at most one row. Rates are compared to eight decimals; the month's first day comes
-- from the facts' own dates, not from the calendar table.
with summed as (
    select sales.source_system, left(sales.event_date_jalali, 7) as jalali_month, sales.product_id,
        min(sales.event_date - (right(sales.event_date_jalali, 2)::integer - 1)) as month_start,
        coalesce(sum(sales.net_amount) filter (where sales.sign = 1), 0) as sales_amount,
        coalesce(-sum(sales.net_amount) filter (where sales.sign = -1), 0) as returns_amount,
        coalesce(sum(sales.quantity) filter (where sales.sign = 1), 0) as sales_quantity,
        coalesce(-sum(sales.quantity) filter (where sales.sign = -1), 0) as returned_quantity,
        count(*) filter (where sales.sign = 1) as sale_lines,
        count(*) filter (where sales.sign = -1) as return_lines
    from canonical.sales
    join app.load_states as states using (load_id)
    where states.state = 'published'
    group by sales.source_system, left(sales.event_date_jalali, 7), sales.product_id
), expected as (
    select summed.*,
        case when sales_amount <> 0 then round(returns_amount / sales_amount, 8) end
            as amount_return_rate,
        case when sales_quantity <> 0 then round(returned_quantity / sales_quantity, 8) end
            as quantity_return_rate,
        case when sale_lines <> 0 then round(return_lines::numeric / sale_lines, 8) end
            as line_return_rate
    from summed
), found as (
    select source_system, jalali_month, product_id, month_start, sales_amount, returns_amount,
        sales_quantity, returned_quantity, sale_lines, return_lines,
        round(amount_return_rate, 8) as amount_return_rate,
        round(quantity_return_rate, 8) as quantity_return_rate,
        round(line_return_rate, 8) as line_return_rate
    from kpi.kpi_return_rate_by_product_month
)
select null::bigint as load_id, null::integer as line_no,
    concat_ws(' ', source_system, jalali_month, product_id) as row_key,
    to_jsonb(expected)::text as expected, to_jsonb(found)::text as found,
    count(*) over () as gaps
from expected
full join found using (source_system, jalali_month, product_id)
where to_jsonb(expected) is distinct from to_jsonb(found)
order by source_system, jalali_month, product_id
limit 1
