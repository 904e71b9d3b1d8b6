-- Question: what does each published load tell of each month?
-- Grain: one load and month; net_amount signed. Formula: kpi.rollup_months of published loads. Edge
-- cases: whoever is limited to a scope sees no sums, and adds up the invoices of their own.
create view kpi.months_of_loads with (security_invoker) as
select rollup.load_id, rollup.source_system, rollup.jalali_month, rollup.net_amount,
    rollup.gross_amount
from kpi.rollup_months as rollup
join kpi.published_loads using (load_id)
union all
select load_id, source_system, jalali_month, sum(net_amount), sum(gross_amount)
from kpi.published_invoices
where app.is_limited()
group by load_id, source_system, jalali_month
