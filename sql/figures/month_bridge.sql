-- Purpose: what joins the figures of a month to its published file: lines that files of other months
-- brought into it, and lines of its own file that count elsewhere. Grain: one row; money signed, in
-- the source's currency. Files of another calendar are of no Jalali month, and not asked.
select
    coalesce(
        sum(rollup.line_count) filter (where loads.period <> %(month)s), 0
    )::bigint as lines_from_others,
    coalesce(sum(rollup.net_amount) filter (where loads.period <> %(month)s), 0) as net_from_others,
    coalesce(
        sum(rollup.line_count) filter (where rollup.jalali_month <> %(month)s), 0
    )::bigint as lines_elsewhere,
    coalesce(
        sum(rollup.net_amount) filter (where rollup.jalali_month <> %(month)s), 0
    ) as net_elsewhere
from kpi.rollup_months as rollup
join kpi.published_loads as loads using (load_id)
where rollup.source_system = %(source)s and loads.period < '1700'
    and (rollup.jalali_month = %(month)s or loads.period = %(month)s)
