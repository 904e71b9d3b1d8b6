-- Question: what do the published loads say of each customer's month, all counted once?
-- Grain: one part of a customer's month; parts add up. Formula: kpi.rollup_customers of published
-- loads, and what they count twice with a minus. Edge cases: a part that corrects has no money.
-- Whoever is limited to a scope sees no sums, and counts the invoices of their own.
create view kpi.counted_customers with (security_invoker) as
select rollup.source_system, rollup.jalali_month, rollup.customer_id, rollup.net_amount,
    rollup.gross_amount, rollup.line_count,
    rollup.invoice_count, rollup.active_days
from kpi.rollup_customers as rollup
join kpi.published_loads using (load_id)
union all
select source_system, jalali_month, entity, 0, 0, 0, -invoice_count, -active_days
from kpi.double_counts
where grain = 'customer'
union all
select source_system, jalali_month, customer_id, sum(net_amount), sum(gross_amount),
    sum(line_count)::integer, count(distinct invoice_id)::integer, count(distinct event_date)::integer
from kpi.published_invoices
where app.is_limited()
group by source_system, jalali_month, customer_id
