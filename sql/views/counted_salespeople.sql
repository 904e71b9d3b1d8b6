-- Question: what do the published loads say of each salesperson's month, all counted once?
-- Grain: one part of a salesperson's month; parts add up. Formula: kpi.rollup_salespeople of
-- published loads, and what they count twice with a minus. Edge cases: a part that corrects has no
-- money; lines without a salesperson are one more salesperson, null.
create view kpi.counted_salespeople as
select rollup.source_system, rollup.jalali_month, rollup.salesperson_id, rollup.net_amount,
    rollup.gross_amount, rollup.line_count, rollup.invoice_count, rollup.customer_count
from kpi.rollup_salespeople as rollup
join app.load_states as states using (load_id)
where states.state = 'published'
union all
select source_system, jalali_month, entity, 0, 0, 0, -invoice_count, -customer_count
from kpi.double_counts
where grain = 'salesperson'
