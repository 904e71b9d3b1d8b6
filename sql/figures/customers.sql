-- Purpose: sums of each customer over the filtered lines. Grain: one customer. Invoices are counted
-- by month and added up: their numbers may begin anew in another month.
with lines as materialized ({lines}), invoices as (
    select customer_id, jalali_month, invoice_id, sum(net_amount) as net_amount,
        sum(gross_amount) as gross_amount, sum(line_count) as line_count
    from lines
    group by customer_id, jalali_month, invoice_id
), days as (
    select customer_id, count(*) as active_days
    from (select distinct customer_id, event_date from lines) as pairs
    group by customer_id
)
select invoices.customer_id, sum(invoices.net_amount) as net_amount,
    sum(invoices.gross_amount) as gross_amount,
    sum(invoices.gross_amount) - sum(invoices.net_amount) as returns_amount,
    count(*) as invoice_count, min(days.active_days) as active_days,
    sum(invoices.line_count)::bigint as line_count
from invoices
join days using (customer_id)
group by invoices.customer_id
