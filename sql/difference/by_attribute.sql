-- Purpose: rows of a view by an attribute of its entities (kpi_net_sales_by_…) in the months touched,
-- before and after: how many appear, vanish and change, and their money. Grain: one row for the view;
-- its formula is that of the view: money by the attribute that held on the event date.
with spans as materialized (
    {spans}
), parts as (
    {parts}
), sides as (
    select parts.*, false as is_after from parts where load_id = any(%(before)s)
    union all
    select parts.*, true from parts where load_id = any(%(after)s)
), rows as (
    select sides.jalali_month, spans.value,
        bool_or(not sides.is_after) as is_before, bool_or(sides.is_after) as is_after,
        sum(net_amount) filter (where not sides.is_after) as net_before,
        sum(net_amount) filter (where sides.is_after) as net_after,
        sum(gross_amount) filter (where not sides.is_after) as gross_before,
        sum(gross_amount) filter (where sides.is_after) as gross_after,
        sum(line_count) filter (where not sides.is_after) as lines_before,
        sum(line_count) filter (where sides.is_after) as lines_after
    from sides
    left join spans
        on spans.is_after = sides.is_after
        and spans.entity_id = sides.entity_id
        and spans.valid_from <= sides.event_date
        and (spans.valid_to is null or spans.valid_to > sides.event_date)
    group by sides.jalali_month, spans.value
)
select count(*) filter (where is_before) as rows_before,
    count(*) filter (where is_after) as rows_after,
    count(*) filter (where is_after and not is_before) as appearing,
    count(*) filter (where is_before and not is_after) as vanishing,
    count(*) filter (
        where is_before and is_after
            and (net_before, gross_before, lines_before) is distinct from
                (net_after, gross_after, lines_after)
    ) as changing,
    coalesce(sum(net_before), 0) as net_before,
    coalesce(sum(net_after), 0) as net_after,
    coalesce(sum(gross_before), 0) as gross_before,
    coalesce(sum(gross_after), 0) as gross_after
from rows
