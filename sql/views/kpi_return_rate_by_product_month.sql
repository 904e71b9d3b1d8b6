-- Question: how much of what we sold of each product came back?
-- Grain: one source system, Jalali month and product; month_start is its Gregorian first day.
-- Formula: rate = returned / sold, by amount, quantity and lines; magnitudes are positive.
-- Edge cases: a rate is null where nothing was sold. Returns count in the month they happened.
-- Key: jalali_month, source_system, product_id.
create view kpi.kpi_return_rate_by_product_month with (security_invoker) as
select rollup.source_system, rollup.jalali_month, months.first_day as month_start,
    rollup.product_id,
    sum(rollup.sales_amount) as sales_amount,
    sum(rollup.returns_amount) as returns_amount,
    sum(rollup.sales_quantity) as sales_quantity,
    sum(rollup.returned_quantity) as returned_quantity,
    sum(rollup.sale_lines) as sale_lines,
    sum(rollup.return_lines) as return_lines,
    sum(rollup.returns_amount) / nullif(sum(rollup.sales_amount), 0) as amount_return_rate,
    sum(rollup.returned_quantity) / nullif(sum(rollup.sales_quantity), 0) as quantity_return_rate,
    sum(rollup.return_lines)::numeric / nullif(sum(rollup.sale_lines), 0) as line_return_rate
from kpi.counted_products as rollup
join dim.jalali_months as months using (jalali_month)
group by rollup.source_system, rollup.jalali_month, months.first_day, rollup.product_id
