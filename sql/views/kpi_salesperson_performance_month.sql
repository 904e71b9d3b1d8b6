-- Question: how did each salesperson do in the month?
-- Grain: one source system, Jalali month and salesperson; month_start is its Gregorian first day.
-- Formula: average_invoice_amount = net_amount / invoice_count, unrounded.
-- Edge cases: lines of a source without salespeople are not here. invoice_count counts invoices of
-- either kind, customer_count customers with a line of either kind.
create view kpi.kpi_salesperson_performance_month as
select invoices.source_system, invoices.jalali_month, months.first_day as month_start,
    invoices.salesperson_id,
    sum(invoices.net_amount) as net_amount,
    sum(invoices.gross_amount) as gross_amount,
    sum(invoices.gross_amount) - sum(invoices.net_amount) as returns_amount,
    count(distinct invoices.invoice_id) as invoice_count,
    count(distinct invoices.customer_id) as customer_count,
    sum(invoices.net_amount) / nullif(count(distinct invoices.invoice_id), 0)
        as average_invoice_amount
from kpi.published_invoices as invoices
join dim.jalali_months as months using (jalali_month)
where invoices.salesperson_id is not null
group by invoices.source_system, invoices.jalali_month, months.first_day, invoices.salesperson_id
