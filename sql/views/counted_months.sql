-- Question: what do the published loads say of each month, every invoice and customer counted once?
-- Grain: one part of a month's figures; parts add up. Formula: kpi.rollup_months of published loads,
-- and what they count twice with a minus. Edge cases: a part that corrects has no money and no lines.
create view kpi.counted_months as
select rollup.source_system, rollup.jalali_month, rollup.net_amount, rollup.gross_amount,
    rollup.line_count, rollup.invoice_count, rollup.customer_count
from kpi.rollup_months as rollup
join app.load_states as states using (load_id)
where states.state = 'published'
union all
select source_system, jalali_month, 0, 0, 0, -invoice_count, -customer_count
from kpi.double_counts
where grain = 'month'
