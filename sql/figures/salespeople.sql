-- Purpose: sums of each salesperson over the filtered lines. Grain: one salesperson. Invoices are
-- counted by month and added up, customers are distinct over all of the months.
with lines as materialized ({lines}), sums as (
    select salesperson_id, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(line_count)::bigint as line_count
    from lines
    where salesperson_id is not null
    group by salesperson_id
), invoices as (
    select salesperson_id, count(*) as invoice_count
    from (select distinct salesperson_id, jalali_month, invoice_id from lines) as pairs
    group by salesperson_id
), visits as (
    select salesperson_id, count(*) as customer_count
    from (select distinct salesperson_id, customer_id from lines) as pairs
    group by salesperson_id
)
select salesperson_id, sums.net_amount, sums.gross_amount,
    sums.gross_amount - sums.net_amount as returns_amount, invoices.invoice_count,
    visits.customer_count,
    sums.net_amount / invoices.invoice_count as average_invoice_amount, sums.line_count
from sums
join invoices using (salesperson_id)
join visits using (salesperson_id)
