-- Question: which facts do the KPI views count?
-- Grain: one line of one published load, its keys and measures of figures alone. Formula: canonical.sales of the
-- loads that are published. Edge cases: source_system is that of the load.
create view kpi.published_sales with (security_invoker) as
select sales.load_id, sales.line_no, loads.source_system, sales.event_date, sales.jalali_month,
    sales.invoice_id, sales.customer_id, sales.salesperson_id, sales.product_id, sales.sign,
    sales.net_amount, sales.quantity
from canonical.sales
join kpi.published_loads as loads using (load_id)
