-- Purpose: net sales by day of the filtered lines, as kpi_net_sales_daily tells them of all.
-- Grain: one day; money in the source's currency, returns as a positive magnitude.
with lines as ({lines}), invoices as (
    select event_date, jalali_month, invoice_id, sum(net_amount) as net_amount,
        sum(gross_amount) as gross_amount, sum(line_count) as line_count
    from lines
    group by event_date, jalali_month, invoice_id
)
select event_date, jalali_month, sum(net_amount) as net_amount,
    sum(gross_amount) as gross_amount, sum(gross_amount) - sum(net_amount) as returns_amount,
    count(*) as invoice_count, sum(line_count)::bigint as line_count
from invoices
group by event_date, jalali_month
order by event_date
