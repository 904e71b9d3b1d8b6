-- Purpose: rows of kpi_net_sales_month in the months touched, before and after: how many appear,
-- vanish and change, and their money. Grain: one row for the view; its formula is that of the view.
with parts as (
    select jalali_month, invoice_id, customer_id, net_amount, gross_amount, line_count,
        load_id = any(%(before)s) as is_before,
        load_id = any(%(after)s) as is_after
    from kpi.rollup_invoices
    where load_id = any(%(before)s::bigint[] || %(after)s::bigint[])
        and jalali_month = any(%(months)s)
), rows as (
    select jalali_month,
        bool_or(is_before) as is_before, bool_or(is_after) as is_after,
        sum(net_amount) filter (where is_before) as net_before,
        sum(net_amount) filter (where is_after) as net_after,
        sum(gross_amount) filter (where is_before) as gross_before,
        sum(gross_amount) filter (where is_after) as gross_after,
        count(distinct invoice_id) filter (where is_before) as invoices_before,
        count(distinct invoice_id) filter (where is_after) as invoices_after,
        count(distinct customer_id) filter (where is_before) as customers_before,
        count(distinct customer_id) filter (where is_after) as customers_after,
        sum(line_count) filter (where is_before) as lines_before,
        sum(line_count) filter (where is_after) as lines_after
    from parts
    group by jalali_month
)
select count(*) filter (where is_before) as rows_before,
    count(*) filter (where is_after) as rows_after,
    count(*) filter (where is_after and not is_before) as appearing,
    count(*) filter (where is_before and not is_after) as vanishing,
    count(*) filter (
        where is_before and is_after
            and (net_before, gross_before, invoices_before, customers_before, lines_before)
                is distinct from
                (net_after, gross_after, invoices_after, customers_after, lines_after)
    ) as changing,
    coalesce(sum(net_before), 0) as net_before,
    coalesce(sum(net_after), 0) as net_after,
    coalesce(sum(gross_before), 0) as gross_before,
    coalesce(sum(gross_after), 0) as gross_after
from rows
