-- Question: what do the published loads say of each product's month?
-- Grain: one part of a product's month; parts add up, amounts and quantities are positive
-- magnitudes. Formula: kpi.rollup_products of published loads. Edge cases: whoever is limited to a
-- scope sees no sums, and adds up the facts of their own.
create view kpi.counted_products with (security_invoker) as
select rollup.source_system, rollup.jalali_month, rollup.product_id, rollup.sales_amount,
    rollup.returns_amount, rollup.sales_quantity, rollup.returned_quantity,
    rollup.sale_lines, rollup.return_lines
from kpi.rollup_products as rollup
join kpi.published_loads using (load_id)
union all
select source_system, jalali_month, product_id,
    coalesce(sum(net_amount) filter (where sign = 1), 0),
    coalesce(-sum(net_amount) filter (where sign = -1), 0),
    coalesce(sum(quantity) filter (where sign = 1), 0),
    coalesce(-sum(quantity) filter (where sign = -1), 0),
    count(*) filter (where sign = 1)::integer, count(*) filter (where sign = -1)::integer
from kpi.published_sales
where app.is_limited()
group by source_system, jalali_month, product_id
