-- Purpose: the customers of the given months in the order of what they bought, from all published
-- loads. Grain: one month and customer.
insert into kpi.ranked_customers (
    source_system, jalali_month, customer_id, net_amount, gross_amount, invoice_count, active_days,
    customer_rank
)
select source_system, jalali_month, customer_id, sum(net_amount), sum(gross_amount),
    sum(invoice_count), sum(active_days),
    rank() over (partition by source_system, jalali_month order by sum(net_amount) desc)
from kpi.counted_customers
where source_system = %(source)s and jalali_month = any(%(months)s)
group by source_system, jalali_month, customer_id
order by source_system, jalali_month, customer_id
