-- Purpose: sums of each customer over the filtered lines. Grain: one customer. Invoices are counted
-- by month and added up: their numbers may begin anew in another month.
with lines as materialized ({lines}), sums as (
    select customer_id, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(line_count)::bigint as line_count
    from lines
    group by customer_id
), invoices as (
    select customer_id, count(*) as invoice_count
    from (select distinct customer_id, jalali_month, invoice_id from lines) as pairs
    group by customer_id
), days as (
    select customer_id, count(*) as active_days
    from (select distinct customer_id, event_date from lines) as pairs
    group by customer_id
)
select customer_id, sums.net_amount, sums.gross_amount,
    sums.gross_amount - sums.net_amount as returns_amount, invoices.invoice_count,
    days.active_days, sums.line_count
from sums
join invoices using (customer_id)
join days using (customer_id)
