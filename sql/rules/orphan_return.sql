-- Purpose: returns of which neither a sale of the product to the customer nor the invoice they
-- refer to is known, in this load or a published one. Grain: one line. The candidates are lines
-- that found no sale in this load while it was read; here each is looked up to the letter.
with returns as (
    select line_no, customer_id, product_id, reference_invoice_id, net_amount
    from {sales} as returned
    where load_id = {load_id}
        and line_no = any(%(candidates)s::integer[])
        and transaction_type = 'RETURN'
        and not exists (
            select
            from {sales} as sale
            where sale.customer_id = returned.customer_id
                and sale.product_id = returned.product_id
                and sale.transaction_type = 'SALE'
        )
        and not exists (
            select
            from {sales} as sale
            where sale.invoice_id = returned.reference_invoice_id
                and sale.transaction_type = 'SALE'
        )
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
