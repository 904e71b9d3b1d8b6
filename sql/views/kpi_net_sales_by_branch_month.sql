-- Question: how much did each branch sell, net of returns?
-- Grain: one source system, Jalali month and branch; month_start is its Gregorian first day.
-- Formula: sums of the lines whose salesperson was with that branch on the event date;
-- returns_amount = gross_amount - net_amount, a positive magnitude.
-- Edge cases: branch_id is null where no salesperson or no branch is known. A salesperson who changed
-- within the month is counted by day, from the invoices; all others from the sums of their month.
-- Key: jalali_month, source_system, branch_id?.
create view kpi.kpi_net_sales_by_branch_month with (security_invoker) as
with spans as materialized (
    select source_system, salesperson_id, branch_id, valid_from, valid_to, within_month
    from kpi.salesperson_branches
), changed as (
    select distinct source_system, salesperson_id, within_month as jalali_month
    from spans
    where within_month is not null
), parts as (
    select rollup.source_system, rollup.jalali_month, versions.branch_id, rollup.net_amount,
        rollup.gross_amount, rollup.line_count
    from kpi.counted_salespeople as rollup
    join dim.jalali_months as months using (jalali_month)
    left join changed
        on changed.source_system = rollup.source_system
        and changed.salesperson_id = rollup.salesperson_id
        and changed.jalali_month = rollup.jalali_month
    left join spans as versions
        on versions.source_system = rollup.source_system
        and versions.salesperson_id = rollup.salesperson_id
        and versions.valid_from < months.first_day + months.days
        and (versions.valid_to is null or versions.valid_to > months.first_day)
    where changed.salesperson_id is null
    union all
    select invoices.source_system, invoices.jalali_month, versions.branch_id,
        invoices.net_amount, invoices.gross_amount, invoices.line_count
    from kpi.published_invoices as invoices
    join changed using (source_system, salesperson_id, jalali_month)
    left join spans as versions
        on versions.source_system = invoices.source_system
        and versions.salesperson_id = invoices.salesperson_id
        and versions.valid_from <= invoices.event_date
        and (versions.valid_to is null or versions.valid_to > invoices.event_date)
)
select parts.source_system, parts.jalali_month, months.first_day as month_start, parts.branch_id,
    sum(parts.net_amount) as net_amount,
    sum(parts.gross_amount) as gross_amount,
    sum(parts.gross_amount) - sum(parts.net_amount) as returns_amount,
    sum(parts.line_count) as line_count
from parts
join dim.jalali_months as months using (jalali_month)
group by parts.source_system, parts.jalali_month, months.first_day, parts.branch_id
