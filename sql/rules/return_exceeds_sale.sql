-- Purpose: returns that bring more of a product back than was sold on the invoice they refer to,
-- earlier published returns counted. Grain: one line.
with returns as (
    select line_no, reference_invoice_id, product_id, quantity, net_amount,
        sum(-quantity) over (
            partition by reference_invoice_id, product_id
            order by line_no
        ) as returned_here
    from {sales}
    where transaction_type = 'RETURN' and reference_invoice_id is not null
), invoices as (
    select distinct reference_invoice_id, product_id
    from returns
), sold as (
    select invoices.reference_invoice_id, invoices.product_id, sum(sale.quantity) as quantity
    from invoices
    cross join lateral (
        select quantity
        from {sales} as here
        where here.invoice_id = invoices.reference_invoice_id
            and here.product_id = invoices.product_id
            and here.transaction_type = 'SALE'
        union all
        select quantity
        from canonical.sales as before
        where before.load_id = any(%(published)s::bigint[])
            and before.invoice_id = invoices.reference_invoice_id
            and before.product_id = invoices.product_id
            and before.transaction_type = 'SALE'
        offset 0  -- invoice by invoice, by the index
    ) as sale
    group by invoices.reference_invoice_id, invoices.product_id
), returned_before as (
    select sold.reference_invoice_id, sold.product_id, sum(-earlier.quantity) as quantity
    from sold
    cross join lateral (
        select before.quantity
        from canonical.sales as before
        where before.load_id = any(%(published)s::bigint[])
            and before.reference_invoice_id = sold.reference_invoice_id
            and before.product_id = sold.product_id
            and before.transaction_type = 'RETURN'
        offset 0  -- as above; history as a whole is never read
    ) as earlier
    group by sold.reference_invoice_id, sold.product_id
)
select returns.line_no, 'quantity' as column_name, abs(returns.net_amount) as impact_amount
from returns
join sold using (reference_invoice_id, product_id)
left join returned_before using (reference_invoice_id, product_id)
where returns.returned_here + coalesce(returned_before.quantity, 0) > sold.quantity
