-- Purpose: net sales by month of everything. Grain: one Jalali month.
select jalali_month, month_start, net_amount, gross_amount, returns_amount, invoice_count,
    customer_count, line_count
from kpi.kpi_net_sales_month
where source_system = %(source)s and jalali_month = any(%(months)s)
order by jalali_month
