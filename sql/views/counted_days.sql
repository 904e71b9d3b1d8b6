-- Question: what do the published loads say of each day, every invoice counted once?
-- Grain: one part of a day's figures; parts add up. Formula: kpi.rollup_days of published loads, and
-- what they count twice with a minus. Edge cases: a part that corrects has no money and no lines.
create view kpi.counted_days as
select rollup.source_system, rollup.event_date, rollup.jalali_month, rollup.net_amount,
    rollup.gross_amount, rollup.line_count, rollup.invoice_count
from kpi.rollup_days as rollup
join app.load_states as states using (load_id)
where states.state = 'published'
union all
select source_system, entity::date, jalali_month, 0, 0, 0, -invoice_count
from kpi.double_counts
where grain = 'day'
