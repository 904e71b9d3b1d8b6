-- Purpose: returns of which neither a sale of the product to the customer nor the invoice they
-- refer to is known, in this load or a published one. Grain: one line. The candidates are lines of
-- which none of the load's own sales has the hash, hence none the customer and product, or invoice.
with returns as (
    select line_no, customer_id, product_id, reference_invoice_id, net_amount
    from {sales}
    where load_id = {load_id}
        and line_no = any(%(candidates)s::integer[])
        and transaction_type = 'RETURN'
)
select line_no,
    'reference_invoice_id' as column_name,
    abs(net_amount) as impact_amount
from returns
where not exists (
        select
        from canonical.sales as sale
        where sale.load_id = any(%(published)s)
            and sale.customer_id = returns.customer_id
            and sale.product_id = returns.product_id
            and sale.transaction_type = 'SALE'
    )
    and not exists (
        select
        from canonical.sales as sale
        where sale.load_id = any(%(published)s)
            and sale.invoice_id = returns.reference_invoice_id
            and sale.transaction_type = 'SALE'
    )
