-- Purpose: the published months at a glance. Grain: one source system and Jalali month; money in
-- the source's currency, returns as a positive magnitude, invoices and customers of either kind.
select source_system, jalali_month as month,
    sum(net_amount) as net_amount,
    sum(gross_amount) as gross_amount,
    sum(gross_amount) - sum(net_amount) as returns_amount,
    count(distinct invoice_id) as invoices,
    count(distinct customer_id) as customers
from kpi.published_invoices
group by source_system, jalali_month
order by source_system, jalali_month
