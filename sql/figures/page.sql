-- Purpose: one page of a ranking, with the number and the sums of all of its rows.
-- Grain: one row of the ranking; a page without rows is one row that has totals alone.
with ranking as materialized ({ranking}), totals as (
    select count(*) as total_rows, {totals}
    from ranking
), page as (
    select row_number() over (order by {sort} {direction} nulls last, {key}) as position, ranking.*
    from ranking
    order by position
    limit %(limit)s offset %(offset)s
)
select totals.*, page.*, labels.label
from totals
left join page on true
left join lateral ({label}) as labels on true
order by page.position
