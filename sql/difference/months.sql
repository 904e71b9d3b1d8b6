-- Purpose: the months touched, before and after. Grain: one Jalali month of the source; money in its
-- currency, returns as a positive magnitude, invoices and customers of either kind.
with parts as (
    select jalali_month, invoice_id, customer_id, net_amount, gross_amount, line_count,
        load_id = any(%(before)s) as is_before,
        load_id = any(%(after)s) as is_after
    from kpi.rollup_invoices
    where load_id = any(%(before)s::bigint[] || %(after)s::bigint[])
        and jalali_month = any(%(months)s)
)
select jalali_month as month,
    coalesce(sum(net_amount) filter (where is_before), 0) as net_before,
    coalesce(sum(net_amount) filter (where is_after), 0) as net_after,
    coalesce(sum(gross_amount) filter (where is_before), 0) as gross_before,
    coalesce(sum(gross_amount) filter (where is_after), 0) as gross_after,
    count(distinct invoice_id) filter (where is_before) as invoices_before,
    count(distinct invoice_id) filter (where is_after) as invoices_after,
    count(distinct customer_id) filter (where is_before) as customers_before,
    count(distinct customer_id) filter (where is_after) as customers_after,
    coalesce(sum(line_count) filter (where is_before), 0) as lines_before,
    coalesce(sum(line_count) filter (where is_after), 0) as lines_after
from parts
group by jalali_month
order by jalali_month
