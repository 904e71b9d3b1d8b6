-- Purpose: a page of the facts behind a figure, in the order of loads and lines, with what product,
-- salesperson, branch and city were called on that day. Grain: one line; measures signed.
with page as (
    select lines.load_id, lines.line_no
    from ({lines}) as lines
    where (lines.load_id, lines.line_no) > (%(after_load)s::bigint, %(after_line)s::integer)
    order by lines.load_id, lines.line_no
    limit %(limit)s
), facts as (
    select sales.load_id, sales.line_no, loads.source_system, sales.invoice_id,
        sales.customer_id, sales.product_id, sales.salesperson_id, sales.transaction_type,
        sales.event_date, sales.event_date_jalali, sales.quantity, sales.unit_price,
        sales.gross_amount, sales.discount_amount, sales.tax_amount, sales.net_amount
    from page
    join canonical.sales using (load_id, line_no)
    join kpi.published_loads as loads using (load_id)
)
select lines.load_id, lines.line_no, lines.invoice_id, lines.customer_id, lines.product_id,
    products.product_name, products.brand, lines.salesperson_id, salespeople.salesperson_name,
    salespeople.branch_id, customers.city, lines.transaction_type, lines.event_date,
    lines.event_date_jalali, lines.quantity, lines.unit_price, lines.gross_amount,
    lines.discount_amount, lines.tax_amount, lines.net_amount
from facts as lines
{products}
{salespeople}
{customers}
order by lines.load_id, lines.line_no
