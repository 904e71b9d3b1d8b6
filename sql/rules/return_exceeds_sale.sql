-- Purpose: returns that bring more of a product back than was sold on the invoice they refer to,
-- earlier published returns counted. Grain: one line. Invoice numbers rise with the months as a rule:
-- an invoice is looked up in the loads alone whose numbers reach around it.
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
), reaches as materialized (
    select before.load_id, sales.first_invoice, sales.last_invoice, returned.first_reference,
        returned.last_reference
    from unnest(%(published)s::bigint[]) as before (load_id)
    cross join lateral (
        select min(sale.invoice_id) as first_invoice, max(sale.invoice_id) as last_invoice
        from canonical.sales as sale
        where sale.load_id = before.load_id
    ) as sales
    cross join lateral (
        select min(sale.reference_invoice_id) as first_reference,
            max(sale.reference_invoice_id) as last_reference
        from canonical.sales as sale
        where sale.load_id = before.load_id and sale.reference_invoice_id is not null
    ) as returned
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
        select before.quantity
        from reaches
        cross join lateral (
            select sale.quantity
            from canonical.sales as sale
            where sale.load_id = reaches.load_id
                and sale.invoice_id = invoices.reference_invoice_id
                and sale.product_id = invoices.product_id
                and sale.transaction_type = 'SALE'
            offset 0  -- invoice by invoice, by the index of that load
        ) as before
        where invoices.reference_invoice_id between reaches.first_invoice and reaches.last_invoice
        offset 0
    ) as sale
    group by invoices.reference_invoice_id, invoices.product_id
), returned_before as (
    select sold.reference_invoice_id, sold.product_id, sum(-earlier.quantity) as quantity
    from sold
    cross join lateral (
        select before.quantity
        from reaches
        cross join lateral (
            select sale.quantity
            from canonical.sales as sale
            where sale.load_id = reaches.load_id
                and sale.reference_invoice_id = sold.reference_invoice_id
                and sale.product_id = sold.product_id
                and sale.transaction_type = 'RETURN'
            offset 0  -- as above; history as a whole is never read
        ) as before
        where sold.reference_invoice_id between reaches.first_reference and reaches.last_reference
        offset 0
    ) as earlier
    group by sold.reference_invoice_id, sold.product_id
)
select returns.line_no, 'quantity' as column_name, abs(returns.net_amount) as impact_amount
from returns
join sold using (reference_invoice_id, product_id)
left join returned_before using (reference_invoice_id, product_id)
where returns.returned_here + coalesce(returned_before.quantity, 0) > sold.quantity
