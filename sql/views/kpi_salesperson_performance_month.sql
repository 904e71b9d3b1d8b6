-- Question: how did each salesperson do in the month?
-- Grain: one source system, Jalali month and salesperson; month_start is its Gregorian first day.
-- Formula: average_invoice_amount = net_amount / invoice_count, unrounded.
-- Edge cases: lines of a source without salespeople are not here. invoice_count counts invoices of
-- either kind, customer_count customers with a line of either kind.
-- Key: jalali_month, source_system, salesperson_id.
create view kpi.kpi_salesperson_performance_month with (security_invoker) as
select people.source_system, people.jalali_month, months.first_day as month_start,
    people.salesperson_id,
    sum(people.net_amount) as net_amount,
    sum(people.gross_amount) as gross_amount,
    sum(people.gross_amount) - sum(people.net_amount) as returns_amount,
    sum(people.invoice_count) as invoice_count,
    sum(people.customer_count) as customer_count,
    sum(people.net_amount) / nullif(sum(people.invoice_count), 0)
        as average_invoice_amount
from kpi.counted_salespeople as people
join dim.jalali_months as months using (jalali_month)
where people.salesperson_id is not null
group by people.source_system, people.jalali_month, months.first_day, people.salesperson_id
