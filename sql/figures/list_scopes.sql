-- Purpose: which sources have published figures, in which months and currency, and their newest
-- month. Grain: one source system. A stray late date makes no newest month: it is the newest period
-- of a published load, and for a source of another calendar the month with the most lines.
with months as (
    select source_system, jalali_month, line_count
    from kpi.kpi_net_sales_month
),
published as (
    select source_system, load_id, period, currency
    from kpi.published_loads
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
        max(months.jalali_month) filter (
            where exists (
                select from published
                where published.source_system = months.source_system
                    and published.period = months.jalali_month
            )
        ),
        (array_agg(months.jalali_month order by months.line_count desc))[1]
    ) as newest
from months
group by months.source_system
order by sum(months.line_count) desc, months.source_system
