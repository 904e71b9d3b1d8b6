-- Question: which salesperson sold to which customer in which month?
-- Grain: one month, salesperson and customer, as often as there are loads that say so. Formula:
-- kpi.rollup_visits of published loads. Edge cases: whoever is limited to a scope sees no sums, and
-- looks at the invoices of their own.
create view kpi.counted_visits with (security_invoker) as
select rollup.source_system, rollup.jalali_month, rollup.salesperson_id, rollup.customer_id
from kpi.rollup_visits as rollup
join kpi.published_loads using (load_id)
union all
select distinct source_system, jalali_month, salesperson_id, customer_id
from kpi.published_invoices
where app.is_limited() and salesperson_id is not null
