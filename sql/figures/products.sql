-- Purpose: sales and returns of each product over the filtered lines. Grain: one product; positive
-- magnitudes, rates are null where nothing was sold.
with lines as ({lines}), sums as (
    select product_id, sum(gross_amount) as sales_amount,
        sum(gross_amount) - sum(net_amount) as returns_amount,
        sum(case when sign = 1 then quantity else 0 end) as sales_quantity,
        sum(case when sign = -1 then -quantity else 0 end) as returned_quantity,
        count(*) filter (where sign = 1) as sale_lines,
        count(*) filter (where sign = -1) as return_lines
    from lines
    group by product_id
)
select product_id, sales_amount - returns_amount as net_amount, sales_amount, returns_amount,
    sales_quantity, returned_quantity, sale_lines, return_lines,
    sale_lines + return_lines as line_count,
    returns_amount / nullif(sales_amount, 0) as amount_return_rate,
    returned_quantity / nullif(sales_quantity, 0) as quantity_return_rate,
    return_lines::numeric / nullif(sale_lines, 0) as line_return_rate
from sums
