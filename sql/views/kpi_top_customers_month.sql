-- Question: who are our best customers of the month?
-- Grain: one source system, Jalali month and customer; month_start is its Gregorian first day.
-- Formula: net_amount = sum(net_amount); customer_rank orders by it, equals share a rank.
-- Edge cases: no cut-off inside: ask for customer_rank <= 10. A customer with returns alone is
-- ranked by a negative net. active_days are days with a line of either kind. Whoever is limited to a
-- scope sees no ready ranks, and has customers ranked by the invoices of their own.
-- Key: jalali_month, source_system, customer_id. Filters: customer_rank.
create view kpi.kpi_top_customers_month with (security_invoker) as
with customers as (
    select source_system, jalali_month, customer_id, net_amount, gross_amount, invoice_count,
        active_days, customer_rank
    from kpi.ranked_customers
    union all
    select source_system, jalali_month, customer_id, sum(net_amount), sum(gross_amount),
        count(distinct invoice_id), count(distinct event_date),
        rank() over (partition by source_system, jalali_month order by sum(net_amount) desc)
    from kpi.published_invoices
    where app.is_limited()
    group by source_system, jalali_month, customer_id
)
select customers.source_system, customers.jalali_month, months.first_day as month_start,
    customers.customer_id, customers.net_amount, customers.gross_amount,
    customers.gross_amount - customers.net_amount as returns_amount,
    customers.invoice_count, customers.active_days, customers.customer_rank
from customers
join dim.jalali_months as months using (jalali_month)
