-- Purpose: lines that are in a published load of another month too. Only days that both loads have
-- are compared. Grain: one line.
with shared_days as (
    select distinct theirs.load_id, theirs.event_date
    from kpi.rollup_invoices as theirs
    join (select distinct event_date from {rollup}) as ours using (event_date)
    where theirs.load_id = any(%(published)s)
)
select distinct ours.line_no, null as column_name, abs(ours.net_amount) as impact_amount
from shared_days
join canonical.sales as theirs
    on theirs.load_id = shared_days.load_id and theirs.event_date = shared_days.event_date
join {sales} as ours
    on ours.invoice_id = theirs.invoice_id
    and ours.event_date = theirs.event_date
    and ours.customer_id = theirs.customer_id
    and ours.product_id = theirs.product_id
    and ours.transaction_type = theirs.transaction_type
    and ours.quantity = theirs.quantity
    and ours.net_amount = theirs.net_amount
    and ours.invoice_line_no is not distinct from theirs.invoice_line_no
where theirs.load_id = any(%(published)s)
