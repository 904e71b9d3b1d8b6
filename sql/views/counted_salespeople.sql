-- Question: what do the published loads say of each salesperson's month, all counted once?
-- Grain: one part of a salesperson's month; parts add up. Formula: kpi.rollup_salespeople of
-- published loads, and what they count twice with a minus. Edge cases: a part that corrects has no
-- money; lines without a salesperson are one more salesperson, null. Whoever is limited to a scope
-- sees no sums, and counts the invoices of their own.
create view kpi.counted_salespeople with (security_invoker) as
select rollup.source_system, rollup.jalali_month, rollup.salesperson_id, rollup.net_amount,
    rollup.gross_amount, rollup.line_count,
    rollup.invoice_count, rollup.customer_count
from kpi.rollup_salespeople as rollup
join kpi.published_loads using (load_id)
union all
select source_system, jalali_month, entity, 0, 0, 0, -invoice_count, -customer_count
from kpi.double_counts
where grain = 'salesperson'
union all
select source_system, jalali_month, salesperson_id, sum(net_amount), sum(gross_amount),
    sum(line_count)::integer, count(distinct invoice_id)::integer, count(distinct customer_id)::integer
from kpi.published_invoices
where app.is_limited()
group by source_system, jalali_month, salesperson_id
