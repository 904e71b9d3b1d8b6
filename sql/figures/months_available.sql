-- Purpose: months that published loads tell of, newest last. Grain: one source system and month.
select source_system, jalali_month, month_start, net_amount, line_count
from kpi.kpi_net_sales_month
where %(source)s::text is null or source_system = %(source)s
order by source_system, jalali_month
