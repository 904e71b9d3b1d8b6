-- Purpose: net sales by month of the filtered lines, as kpi_net_sales_month tells them of all.
-- Grain: one Jalali month; money in the source's currency, returns as a positive magnitude.
with lines as materialized ({lines}), sums as (
    select jalali_month, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(line_count)::bigint as line_count
    from lines
    group by jalali_month
), invoices as (
    select jalali_month, count(*) as invoice_count
    from (select distinct jalali_month, invoice_id from lines) as pairs
    group by jalali_month
), customers as (
    select jalali_month, count(*) as customer_count
    from (select distinct jalali_month, customer_id from lines) as pairs
    group by jalali_month
)
select jalali_month, months.first_day as month_start, sums.net_amount, sums.gross_amount,
    sums.gross_amount - sums.net_amount as returns_amount, invoices.invoice_count,
    customers.customer_count, sums.line_count
from sums
join invoices using (jalali_month)
join customers using (jalali_month)
join dim.jalali_months as months using (jalali_month)
order by jalali_month
