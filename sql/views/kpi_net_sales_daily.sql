-- Question: how much did we sell each day, net of returns?
-- Grain: one source system and day on which something happened.
-- Formula: net_amount = sum(net_amount); gross_amount = the same of SALE lines alone; returns_amount
-- = gross_amount - net_amount, a positive magnitude; invoice_count = distinct invoices of either kind.
-- Edge cases: a day with returns alone has a negative net. Money in the source's currency.
-- Key: event_date, source_system. Filters: jalali_month.
create view kpi.kpi_net_sales_daily with (security_invoker) as
select source_system, event_date,
    max(jalali_month) as jalali_month,
    sum(net_amount) as net_amount,
    sum(gross_amount) as gross_amount,
    sum(gross_amount) - sum(net_amount) as returns_amount,
    sum(invoice_count) as invoice_count,
    sum(line_count) as line_count
from kpi.counted_days
group by source_system, event_date
