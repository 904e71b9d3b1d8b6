-- Question: what do the published loads say of each customer's month, all counted once?
-- Grain: one part of a customer's month; parts add up. Formula: kpi.rollup_customers of published
-- loads, and what they count twice with a minus. Edge cases: a part that corrects has no money.
create view kpi.counted_customers as
select rollup.source_system, rollup.jalali_month, rollup.customer_id, rollup.net_amount,
    rollup.gross_amount, rollup.line_count, rollup.invoice_count, rollup.active_days
from kpi.rollup_customers as rollup
join app.load_states as states using (load_id)
where states.state = 'published'
union all
select source_system, jalali_month, entity, 0, 0, 0, -invoice_count, -active_days
from kpi.double_counts
where grain = 'customer'
