-- Purpose: net sales by day of everything. Grain: one day.
select event_date, jalali_month, net_amount, gross_amount, returns_amount, invoice_count,
    line_count
from kpi.kpi_net_sales_daily
where source_system = %(source)s and event_date >= %(first)s::date
    and event_date < %(last)s::date + %(last_days)s::integer
order by event_date
