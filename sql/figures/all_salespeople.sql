-- Purpose: sums of each salesperson over months. Grain: one salesperson. Invoices are counted by
-- month and added up, customers are distinct over all of the months.
with visits as (
    select salesperson_id, count(*) as customer_count
    from (
        select distinct tiers.salesperson_id, tiers.customer_id
        from kpi.counted_visits as tiers
        where tiers.source_system = %(source)s
            and tiers.jalali_month = any(%(months)s)
    ) as pairs
    group by salesperson_id
), sums as (
    select salesperson_id, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(invoice_count) as invoice_count, sum(line_count) as line_count
    from kpi.counted_salespeople
    where source_system = %(source)s and jalali_month = any(%(months)s)
        and salesperson_id is not null
    group by salesperson_id
)
select sums.salesperson_id, sums.net_amount, sums.gross_amount,
    sums.gross_amount - sums.net_amount as returns_amount, sums.invoice_count,
    visits.customer_count,
    sums.net_amount / nullif(sums.invoice_count, 0) as average_invoice_amount, sums.line_count
from sums
join visits using (salesperson_id)
