-- Purpose: the customers of the given months in the order of what they bought, from all published
-- loads. Grain: one month and customer.
insert into kpi.ranked_customers (
    source_system, jalali_month, month_start, customer_id, net_amount, gross_amount, invoice_count,
    active_days, customer_rank
)
select counted.source_system, jalali_month, months.first_day, counted.customer_id,
    sum(counted.net_amount), sum(counted.gross_amount),
    sum(counted.invoice_count), sum(counted.active_days),
    rank() over (
        partition by counted.source_system, jalali_month
        order by sum(counted.net_amount) desc
    )
from kpi.counted_customers as counted
join dim.jalali_months as months using (jalali_month)
where counted.source_system = %(source)s and jalali_month = any(%(months)s)
group by counted.source_system, jalali_month, months.first_day, counted.customer_id
order by counted.source_system, jalali_month, counted.customer_id
