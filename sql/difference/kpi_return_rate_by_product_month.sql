-- Purpose: rows of kpi_return_rate_by_product_month in the months touched, before and after: how many appear,
-- vanish and change, and their money. Grain: one row for the view; its formula is that of the view.
with parts as (
    select jalali_month, product_id, sales_amount, returns_amount, sales_quantity,
        returned_quantity, sale_lines, return_lines,
        load_id = any(%(before)s) as is_before,
        load_id = any(%(after)s) as is_after
    from kpi.rollup_products
    where load_id = any(%(before)s::bigint[] || %(after)s::bigint[])
        and jalali_month = any(%(months)s)
), rows as (
    select jalali_month, product_id,
        bool_or(is_before) as is_before, bool_or(is_after) as is_after,
        sum(sales_amount) filter (where is_before) as gross_before,
        sum(sales_amount) filter (where is_after) as gross_after,
        sum(returns_amount) filter (where is_before) as returns_before,
        sum(returns_amount) filter (where is_after) as returns_after,
        sum(sales_quantity) filter (where is_before) as sold_before,
        sum(sales_quantity) filter (where is_after) as sold_after,
        sum(returned_quantity) filter (where is_before) as returned_before,
        sum(returned_quantity) filter (where is_after) as returned_after,
        sum(sale_lines) filter (where is_before) as sale_lines_before,
        sum(sale_lines) filter (where is_after) as sale_lines_after,
        sum(return_lines) filter (where is_before) as return_lines_before,
        sum(return_lines) filter (where is_after) as return_lines_after
    from parts
    group by jalali_month, product_id
)
select count(*) filter (where is_before) as rows_before,
    count(*) filter (where is_after) as rows_after,
    count(*) filter (where is_after and not is_before) as appearing,
    count(*) filter (where is_before and not is_after) as vanishing,
    count(*) filter (
        where is_before and is_after
            and (gross_before, returns_before, sold_before, returned_before, sale_lines_before,
                return_lines_before) is distinct from
                (gross_after, returns_after, sold_after, returned_after, sale_lines_after,
                return_lines_after)
    ) as changing,
    coalesce(sum(gross_before - returns_before), 0) as net_before,
    coalesce(sum(gross_after - returns_after), 0) as net_after,
    coalesce(sum(gross_before), 0) as gross_before,
    coalesce(sum(gross_after), 0) as gross_after
from rows
