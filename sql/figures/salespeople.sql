-- Purpose: sums of each salesperson over the filtered lines. Grain: one salesperson. Invoices are
-- counted by month and added up, customers are distinct over all of the months.
with lines as materialized ({lines}), invoices as (
    select salesperson_id, jalali_month, invoice_id, sum(net_amount) as net_amount,
        sum(gross_amount) as gross_amount, sum(line_count) as line_count
    from lines
    where salesperson_id is not null
    group by salesperson_id, jalali_month, invoice_id
), visits as (
    select salesperson_id, count(*) as customer_count
    from (select distinct salesperson_id, customer_id from lines) as pairs
    group by salesperson_id
)
select invoices.salesperson_id, sum(invoices.net_amount) as net_amount,
    sum(invoices.gross_amount) as gross_amount,
    sum(invoices.gross_amount) - sum(invoices.net_amount) as returns_amount,
    count(*) as invoice_count, min(visits.customer_count) as customer_count,
    sum(invoices.net_amount) / count(*) as average_invoice_amount,
    sum(invoices.line_count)::bigint as line_count
from invoices
join visits using (salesperson_id)
group by invoices.salesperson_id
