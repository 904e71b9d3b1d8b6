-- Question: which invoices do the KPI views count?
-- Grain: a part of one invoice of one published load. Formula: kpi.rollup_invoices of the loads that
-- are published. Edge cases: an invoice in two loads has parts in both, and counts once.
create view kpi.published_invoices with (security_invoker) as
select rollup.load_id, rollup.source_system, rollup.event_date, rollup.jalali_month,
    rollup.invoice_id, rollup.customer_id, rollup.salesperson_id, rollup.net_amount,
    rollup.gross_amount, rollup.line_count
from kpi.rollup_invoices as rollup
join kpi.published_loads using (load_id)
