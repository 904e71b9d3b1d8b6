-- Purpose: sales and returns of each product over months. Grain: one product; positive magnitudes,
-- rates are null where nothing was sold.
with sums as (
    select tiers.product_id, sum(tiers.sales_amount) as sales_amount,
        sum(tiers.returns_amount) as returns_amount,
        sum(tiers.sales_quantity) as sales_quantity,
        sum(tiers.returned_quantity) as returned_quantity,
        sum(tiers.sale_lines) as sale_lines, sum(tiers.return_lines) as return_lines
    from kpi.counted_products as tiers
    where tiers.source_system = %(source)s
        and tiers.jalali_month = any(%(months)s)
    group by tiers.product_id
)
select product_id, sales_amount - returns_amount as net_amount, sales_amount, returns_amount,
    sales_quantity, returned_quantity, sale_lines, return_lines,
    sale_lines + return_lines as line_count,
    returns_amount / nullif(sales_amount, 0) as amount_return_rate,
    returned_quantity / nullif(sales_quantity, 0) as quantity_return_rate,
    return_lines::numeric / nullif(sale_lines, 0) as line_return_rate
from sums
