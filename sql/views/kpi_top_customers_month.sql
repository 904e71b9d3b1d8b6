-- Question: who are our best customers of the month?
-- Grain: one source system, Jalali month and customer; month_start is its Gregorian first day.
-- Formula: net_amount = sum(net_amount); customer_rank orders by it, equals share a rank.
-- Edge cases: no cut-off inside: ask for customer_rank <= 10. A customer with returns alone is
-- ranked by a negative net. active_days are days with a line of either kind.
create view kpi.kpi_top_customers_month as
select invoices.source_system, invoices.jalali_month, months.first_day as month_start,
    invoices.customer_id,
    sum(invoices.net_amount) as net_amount,
    sum(invoices.gross_amount) as gross_amount,
    sum(invoices.gross_amount) - sum(invoices.net_amount) as returns_amount,
    count(distinct invoices.invoice_id) as invoice_count,
    count(distinct invoices.event_date) as active_days,
    rank() over (
        partition by invoices.source_system, invoices.jalali_month
        order by sum(invoices.net_amount) desc
    ) as customer_rank
from kpi.published_invoices as invoices
join dim.jalali_months as months using (jalali_month)
group by invoices.source_system, invoices.jalali_month, months.first_day, invoices.customer_id
