-- Purpose: sums of each customer over months. Grain: one customer. Invoices are counted by month and
-- added up: their numbers may begin anew in another month.
select customer_id, sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
    sum(gross_amount) - sum(net_amount) as returns_amount, sum(invoice_count) as invoice_count,
    sum(active_days) as active_days, sum(line_count) as line_count
from kpi.counted_customers
where source_system = %(source)s and jalali_month = any(%(months)s)
group by customer_id
