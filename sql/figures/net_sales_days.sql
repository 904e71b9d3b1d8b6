-- Purpose: net sales by day of the filtered lines, as kpi_net_sales_daily tells them of all.
-- Grain: one day; money in the source's currency, returns as a positive magnitude.
with lines as materialized ({lines}), sums as (
    select event_date, min(jalali_month) as jalali_month, sum(net_amount) as net_amount,
        sum(gross_amount) as gross_amount, sum(line_count)::bigint as line_count
    from lines
    group by event_date
), invoices as (
    select event_date, count(*) as invoice_count
    from (select distinct event_date, invoice_id from lines) as pairs
    group by event_date
)
select event_date, sums.jalali_month, sums.net_amount, sums.gross_amount,
    sums.gross_amount - sums.net_amount as returns_amount, invoices.invoice_count,
    sums.line_count
from sums
join invoices using (event_date)
order by event_date
