-- Question: how much of each brand did we sell, net of returns?
-- Grain: one source system, Jalali month and brand; month_start is its Gregorian first day.
-- Formula: sums of the lines whose product was of that brand on the event date; returns_amount =
-- gross_amount - net_amount, a positive magnitude.
-- Edge cases: brand is null where none is known. A product that changed within the month is counted
-- by day, from its facts; all others from the sums of their month.
-- Key: jalali_month, source_system, brand?.
create view kpi.kpi_net_sales_by_brand_month with (security_invoker) as
with spans as materialized (
    select source_system, product_id, brand, valid_from, valid_to, within_month
    from kpi.product_brands
), changed as (
    select distinct source_system, product_id, within_month as jalali_month
    from spans
    where within_month is not null
), parts as (
    select rollup.source_system, rollup.jalali_month, versions.brand,
        rollup.sales_amount as gross_amount, rollup.returns_amount,
        rollup.sale_lines + rollup.return_lines as line_count
    from kpi.counted_products as rollup
    join dim.jalali_months as months using (jalali_month)
    left join changed
        on changed.source_system = rollup.source_system
        and changed.product_id = rollup.product_id
        and changed.jalali_month = rollup.jalali_month
    left join spans as versions
        on versions.source_system = rollup.source_system
        and versions.product_id = rollup.product_id
        and versions.valid_from < months.first_day + months.days
        and (versions.valid_to is null or versions.valid_to > months.first_day)
    where changed.product_id is null
    union all
    select sales.source_system, sales.jalali_month, versions.brand,
        case when sales.sign = 1 then sales.net_amount else 0 end,
        case when sales.sign = -1 then -sales.net_amount else 0 end,
        1
    from kpi.published_sales as sales
    join changed using (source_system, product_id, jalali_month)
    left join spans as versions
        on versions.source_system = sales.source_system
        and versions.product_id = sales.product_id
        and versions.valid_from <= sales.event_date
        and (versions.valid_to is null or versions.valid_to > sales.event_date)
)
select parts.source_system, parts.jalali_month, months.first_day as month_start, parts.brand,
    sum(parts.gross_amount) - sum(parts.returns_amount) as net_amount,
    sum(parts.gross_amount) as gross_amount,
    sum(parts.returns_amount) as returns_amount,
    sum(parts.line_count) as line_count
from parts
join dim.jalali_months as months using (jalali_month)
group by parts.source_system, parts.jalali_month, months.first_day, parts.brand
