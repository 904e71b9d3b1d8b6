-- Purpose: net sales by city over months. Grain: one city, null where none is known.
select city as key, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
    sum(returns_amount) as returns_amount, sum(line_count)::bigint as line_count
from kpi.kpi_net_sales_by_city_month
where source_system = %(source)s and jalali_month = any(%(months)s)
group by city
order by net_amount desc, key
