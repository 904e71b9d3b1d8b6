-- Purpose: sale lines of a run at some prices of some products, which were found to be unusual.
-- Grain: one line.
select sales.line_no, sales.product_id, sales.unit_price, sales.quantity
from unnest(%(products)s::text[], %(prices)s::numeric[]) as wanted (product_id, unit_price)
join {sales} as sales using (product_id, unit_price)
where sales.transaction_type = 'SALE'
order by sales.line_no
