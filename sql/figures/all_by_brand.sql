-- Purpose: net sales by brand over months. Grain: one brand, null where none is known.
select brand as key, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
    sum(returns_amount) as returns_amount, sum(line_count)::bigint as line_count
from kpi.kpi_net_sales_by_brand_month
where source_system = %(source)s and jalali_month = any(%(months)s)
group by brand
order by net_amount desc, key
