-- Question: what do the published loads say of each day, every invoice counted once?
-- Grain: one part of a day's figures; parts add up. Formula: kpi.rollup_days of published loads, and
-- what they count twice with a minus. Edge cases: a part that corrects has no money and no lines.
-- Whoever is limited to a scope sees no sums, and counts the invoices of their own.
create view kpi.counted_days with (security_invoker) as
select rollup.source_system, rollup.event_date, rollup.jalali_month, rollup.net_amount,
    rollup.gross_amount, rollup.line_count,
    rollup.invoice_count
from kpi.rollup_days as rollup
join kpi.published_loads using (load_id)
union all
select source_system, entity::date, jalali_month, 0, 0, 0, -invoice_count
from kpi.double_counts
where grain = 'day'
union all
select source_system, event_date, jalali_month, sum(net_amount), sum(gross_amount),
    sum(line_count)::integer, count(distinct invoice_id)::integer
from kpi.published_invoices
where app.is_limited()
group by source_system, event_date, jalali_month
