-- Question: who are our best customers of the month?
-- Grain: one source system, Jalali month and customer; month_start is its Gregorian first day.
-- Formula: net_amount = sum(net_amount); customer_rank orders by it, equals share a rank.
-- Edge cases: no cut-off inside: ask for customer_rank <= 10. A customer with returns alone is
-- ranked by a negative net. active_days are days with a line of either kind. Whoever is limited to a
-- scope sees no ready ranks, and has customers ranked by the invoices of their own.
-- Key: jalali_month, source_system, customer_id. Filters: customer_rank.
create view kpi.kpi_top_customers_month with (security_invoker) as
select source_system, jalali_month, month_start, customer_id, net_amount, gross_amount,
    returns_amount, invoice_count, active_days, customer_rank
from kpi.ranked_customers
union all
select invoices.source_system, invoices.jalali_month, months.first_day, invoices.customer_id,
    sum(invoices.net_amount), sum(invoices.gross_amount),
    sum(invoices.gross_amount) - sum(invoices.net_amount),
    count(distinct invoices.invoice_id), count(distinct invoices.event_date),
    rank() over (
        partition by invoices.source_system, invoices.jalali_month
        order by sum(invoices.net_amount) desc
    )
from kpi.published_invoices as invoices
join dim.jalali_months as months using (jalali_month)
where app.is_limited()
group by invoices.source_system, invoices.jalali_month, months.first_day, invoices.customer_id
