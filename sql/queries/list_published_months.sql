-- Purpose: the last published months, from the smallest rollup that knows their money.
-- Grain: one source system and period of a published load, newest first; money in the source's
-- currency, returns as a positive magnitude. A Jalali period counts the lines dated in it, of any
-- published load of the source; a Gregorian one the lines of its own load.
with published as (
    select load_id, source_system, period, is_sample
    from kpi.published_loads
),
newest as (
    select load_id, source_system, period, is_sample
    from published
    order by period desc, source_system
    limit %(limit)s
),
sums as (
    select newest.source_system, newest.period,
        sum(months.gross_amount) as gross_amount,
        sum(months.net_amount) as net_amount
    from newest
    join published using (source_system)
    join kpi.months_of_loads as months
        on months.load_id = published.load_id
        and (
            months.jalali_month = newest.period
            or (newest.period > '1700' and published.load_id = newest.load_id)
        )
    group by newest.source_system, newest.period
)
select newest.load_id, newest.source_system, newest.period, newest.is_sample,
    coalesce(sums.net_amount, 0) as net_amount,
    coalesce(sums.gross_amount, 0) as gross_amount,
    coalesce(sums.gross_amount - sums.net_amount, 0) as returns_amount
from newest
left join sums using (source_system, period)
order by newest.period desc, newest.source_system
