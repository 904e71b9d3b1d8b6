-- Purpose: which sources have published figures, in which months and currency, and their oldest and
-- newest month. Grain: one source system. A stray date makes neither: they are periods of published
-- loads; for a source of another calendar its first month, and the one with the most lines.
with published as (
    select source_system, load_id, period, currency
    from kpi.published_loads
),
months as (
    select source_system, jalali_month, line_count,
        (source_system, jalali_month) in (
            select published.source_system, published.period from published
        ) as is_period
    from kpi.kpi_net_sales_month
)
select months.source_system as source,
    array_agg(months.jalali_month order by months.jalali_month) as months,
    (
        select published.currency
        from published
        where published.source_system = months.source_system
        order by published.load_id desc
        limit 1
    ) as currency,
    coalesce(
        min(months.jalali_month) filter (where months.is_period), min(months.jalali_month)
    ) as oldest,
    coalesce(
        max(months.jalali_month) filter (where months.is_period),
        (array_agg(months.jalali_month order by months.line_count desc))[1]
    ) as newest
from months
group by months.source_system
order by sum(months.line_count) desc, months.source_system
