-- Question: how much did we sell each month, net of returns, and to how many customers?
-- Grain: one source system and Jalali month; month_start is its Gregorian first day.
-- Formula: net_amount = sum(net_amount); gross_amount = the same of SALE lines alone; returns_amount
-- = gross_amount - net_amount; invoice_count and customer_count are distinct, of either kind.
-- Edge cases: a month with returns alone has a negative net. Money in the source's currency.
-- Key: jalali_month, source_system.
create view kpi.kpi_net_sales_month with (security_invoker) as
select parts.source_system, parts.jalali_month, months.first_day as month_start,
    sum(parts.net_amount) as net_amount,
    sum(parts.gross_amount) as gross_amount,
    sum(parts.gross_amount) - sum(parts.net_amount) as returns_amount,
    sum(parts.invoice_count) as invoice_count,
    sum(parts.customer_count) as customer_count,
    sum(parts.line_count) as line_count
from kpi.counted_months as parts
join dim.jalali_months as months using (jalali_month)
group by parts.source_system, parts.jalali_month, months.first_day
