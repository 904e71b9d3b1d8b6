-- Question: of which branch_id was each salesperson, and from when to when?
-- Grain: one salesperson and span of days in which the branch_id held. Formula: neighbouring versions of
-- dim.salespeople with the same branch_id are one span. Edge cases: within_month is the month in the midst of
-- which the span begins, after another one; null for a first span and one from a month's first day.
create view kpi.salesperson_branches with (security_invoker) as
with changes as (
    select source_system, salesperson_id, branch_id, valid_from,
        lag(valid_from) over by_day is not null as has_earlier,
        lag(branch_id) over by_day is distinct from branch_id
            or lag(valid_from) over by_day is null as is_change
    from dim.salespeople
    window by_day as (partition by source_system, salesperson_id order by valid_from)
)
select changes.source_system, changes.salesperson_id, changes.branch_id, changes.valid_from,
    lead(changes.valid_from) over (
        partition by changes.source_system, changes.salesperson_id
        order by changes.valid_from
    ) as valid_to,
    months.jalali_month as within_month
from changes
left join lateral (
    select jalali_month, first_day
    from dim.jalali_months
    where first_day <= changes.valid_from
    order by first_day desc
    limit 1
) as months on changes.has_earlier and months.first_day < changes.valid_from
where changes.is_change
