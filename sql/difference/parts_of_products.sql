-- Purpose: money of the months touched by load, day and product. Grain: one of these in one load.
select load_id, event_date, jalali_month, product_id as entity_id,
    sum(net_amount) as net_amount,
    coalesce(sum(net_amount) filter (where sign = 1), 0) as gross_amount,
    count(*) as line_count
from canonical.sales
where load_id = any(%(counted)s) and jalali_month = any(%(months)s)
group by load_id, event_date, jalali_month, product_id
