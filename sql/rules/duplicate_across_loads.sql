-- Purpose: lines that are in a published load of another month too. Of a day that both loads have,
-- the invoices of the load with fewer lines in it are looked up in the other one: in one of them
-- the day is out of the month as a rule, and has few. Grain: one line.
with shared_days as (
    select theirs.load_id, theirs.event_date, theirs.line_count < ours.line_count as there_are_few
    from kpi.rollup_days as ours
    join kpi.rollup_days as theirs
        on theirs.source_system = ours.source_system and theirs.event_date = ours.event_date
    where ours.load_id = {load_id} and theirs.load_id = any(%(sharing)s::bigint[])
), invoices as (
    select shared_days.load_id, shared_days.event_date, few.invoice_id
    from shared_days
    cross join lateral (
        select theirs.invoice_id
        from kpi.rollup_invoices as theirs
        where theirs.load_id = shared_days.load_id
            and theirs.event_date = shared_days.event_date
            and theirs.load_id = any(%(sharing)s::bigint[])
        offset 0  -- day by day, by the index
    ) as few
    where shared_days.there_are_few
    union
    select shared_days.load_id, ours.event_date, ours.invoice_id
    from shared_days
    join {rollup} as ours using (event_date)
    where not shared_days.there_are_few
)
select distinct ours.line_no, null as column_name, abs(ours.net_amount) as impact_amount
from invoices
cross join lateral (
    select sale.*
    from canonical.sales as sale
    where sale.load_id = invoices.load_id
        and sale.invoice_id = invoices.invoice_id
        and sale.event_date = invoices.event_date
        and sale.load_id = any(%(sharing)s::bigint[])
    offset 0  -- invoice by invoice, by the index
) as theirs
join {sales} as ours
    on ours.invoice_id = theirs.invoice_id
    and ours.event_date = theirs.event_date
    and ours.customer_id = theirs.customer_id
    and ours.product_id = theirs.product_id
    and ours.transaction_type = theirs.transaction_type
    and ours.quantity = theirs.quantity
    and ours.net_amount = theirs.net_amount
    and ours.invoice_line_no is not distinct from theirs.invoice_line_no
