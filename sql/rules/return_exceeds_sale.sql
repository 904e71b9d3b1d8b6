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
), sold_here as (
    select returned.line_no, sum(here.quantity) as quantity
    from (
        select line_no, reference_invoice_id, product_id
        from {sales}
        where transaction_type = 'RETURN' and reference_invoice_id is not null
        offset 0  -- so that the planner takes the few returns for different ones, and hashes them
    ) as returned
    join {sales} as here
        on here.invoice_id = returned.reference_invoice_id
        and here.product_id = returned.product_id
    where here.transaction_type = 'SALE'
    group by returned.line_no
), sold_before as (
    select invoices.reference_invoice_id, invoices.product_id, sum(before.quantity) as quantity
    from reaches
    join invoices
        on invoices.reference_invoice_id between reaches.first_invoice and reaches.last_invoice
    cross join lateral (
        select sale.quantity
        from canonical.sales as sale
        where sale.load_id = reaches.load_id
            and sale.invoice_id = invoices.reference_invoice_id
            and sale.product_id = invoices.product_id
            and sale.transaction_type = 'SALE'
        offset 0  -- invoice by invoice, by the index of that load
    ) as before
    group by invoices.reference_invoice_id, invoices.product_id
), sold as (
    select returns.*, coalesce(here.quantity, 0) + coalesce(before.quantity, 0) as sold
    from returns
    left join sold_here as here using (line_no)
    left join sold_before as before using (reference_invoice_id, product_id)
    where here.quantity is not null or before.quantity is not null
), returned_before as (
    select invoices.reference_invoice_id, invoices.product_id, sum(-before.quantity) as quantity
    from reaches
    join (select distinct reference_invoice_id, product_id from sold) as invoices
        on invoices.reference_invoice_id between reaches.first_reference and reaches.last_reference
    cross join lateral (
        select sale.quantity
        from canonical.sales as sale
        where sale.load_id = reaches.load_id
            and sale.reference_invoice_id = invoices.reference_invoice_id
            and sale.product_id = invoices.product_id
            and sale.transaction_type = 'RETURN'
        offset 0  -- as above; history as a whole is never read
    ) as before
    group by invoices.reference_invoice_id, invoices.product_id
)
select sold.line_no, 'quantity' as column_name, abs(sold.net_amount) as impact_amount
from sold
left join returned_before as before using (reference_invoice_id, product_id)
where sold.returned_here + coalesce(before.quantity, 0) > sold.sold
