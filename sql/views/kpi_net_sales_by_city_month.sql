-- Question: how much did we sell in each city, net of returns?
-- Grain: one source system, Jalali month and city; month_start is its Gregorian first day.
-- Formula: sums of the lines whose customer was in that city on the event date; returns_amount =
-- gross_amount - net_amount, a positive magnitude.
-- Edge cases: city is null where none is known. A customer who moved within the month is counted by
-- day, from its invoices; all others from the sums of their month.
-- Key: jalali_month, source_system, city?.
create view kpi.kpi_net_sales_by_city_month with (security_invoker) as
with spans as materialized (
    select source_system, customer_id, city, valid_from, valid_to, within_month
    from kpi.customer_cities
), changed as (
    select distinct source_system, customer_id, within_month as jalali_month
    from spans
    where within_month is not null
), parts as (
    select rollup.source_system, rollup.jalali_month, versions.city, rollup.net_amount,
        rollup.gross_amount, rollup.line_count
    from kpi.counted_customers as rollup
    join dim.jalali_months as months using (jalali_month)
    left join changed
        on changed.source_system = rollup.source_system
        and changed.customer_id = rollup.customer_id
        and changed.jalali_month = rollup.jalali_month
    left join spans as versions
        on versions.source_system = rollup.source_system
        and versions.customer_id = rollup.customer_id
        and versions.valid_from < months.first_day + months.days
        and (versions.valid_to is null or versions.valid_to > months.first_day)
    where changed.customer_id is null
    union all
    select invoices.source_system, invoices.jalali_month, versions.city, invoices.net_amount,
        invoices.gross_amount, invoices.line_count
    from kpi.published_invoices as invoices
    join changed using (source_system, customer_id, jalali_month)
    left join spans as versions
        on versions.source_system = invoices.source_system
        and versions.customer_id = invoices.customer_id
        and versions.valid_from <= invoices.event_date
        and (versions.valid_to is null or versions.valid_to > invoices.event_date)
)
select parts.source_system, parts.jalali_month, months.first_day as month_start, parts.city,
    sum(parts.net_amount) as net_amount,
    sum(parts.gross_amount) as gross_amount,
    sum(parts.gross_amount) - sum(parts.net_amount) as returns_amount,
    sum(parts.line_count) as line_count
from parts
join dim.jalali_months as months using (jalali_month)
group by parts.source_system, parts.jalali_month, months.first_day, parts.city
