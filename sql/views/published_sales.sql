-- Question: which facts do the KPI views count?
-- Grain: one line of one published load, its keys and measures of figures alone. Formula: canonical.sales of the
-- loads that are published. Edge cases: source_system is that of the load.
create view kpi.published_sales as
select sales.load_id, sales.line_no, states.source_system, sales.event_date, sales.jalali_month,
    sales.invoice_id, sales.customer_id, sales.salesperson_id, sales.product_id, sales.sign,
    sales.net_amount, sales.quantity
from canonical.sales
join app.load_states as states using (load_id)
where states.state = 'published'
