-- Question: who are our best customers of the month?
-- Grain: one source system, Jalali month and customer; month_start is its Gregorian first day.
-- Formula: net_amount = sum(net_amount); customer_rank orders by it, equals share a rank.
-- Edge cases: no cut-off inside: ask for customer_rank <= 10. A customer with returns alone is
-- ranked by a negative net. active_days are days with a line of either kind.
-- Key: jalali_month, source_system, customer_id. Filters: customer_rank.
create view kpi.kpi_top_customers_month with (security_invoker) as
select customers.source_system, customers.jalali_month, months.first_day as month_start,
    customers.customer_id,
    sum(customers.net_amount) as net_amount,
    sum(customers.gross_amount) as gross_amount,
    sum(customers.gross_amount) - sum(customers.net_amount) as returns_amount,
    sum(customers.invoice_count) as invoice_count,
    sum(customers.active_days) as active_days,
    rank() over (
        partition by months.first_day, customers.jalali_month, customers.source_system
        order by sum(customers.net_amount) desc
    ) as customer_rank
from kpi.counted_customers as customers
join dim.jalali_months as months using (jalali_month)
group by customers.source_system, customers.jalali_month, months.first_day, customers.customer_id
