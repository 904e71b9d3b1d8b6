-- Purpose: the first row of kpi.rollup_products of a load that is not the sum of its facts.
-- Grain: at most one row. Unit: money of the load's currency and pieces, positive magnitudes.
with expected as (
    select source_system, jalali_month, product_id,
        coalesce(sum(net_amount) filter (where transaction_type = 'SALE'), 0) as sales_amount,
        coalesce(-sum(net_amount) filter (where transaction_type = 'RETURN'), 0) as returns_amount,
        coalesce(sum(quantity) filter (where transaction_type = 'SALE'), 0) as sales_quantity,
        coalesce(-sum(quantity) filter (where transaction_type = 'RETURN'), 0)
            as returned_quantity,
        count(*) filter (where transaction_type = 'SALE') as sale_lines,
        count(*) filter (where transaction_type = 'RETURN') as return_lines
    from canonical.sales
    where load_id = %(load_id)s
    group by source_system, jalali_month, product_id
), found as (
    select source_system, jalali_month, product_id, sales_amount, returns_amount, sales_quantity,
        returned_quantity, sale_lines, return_lines
    from kpi.rollup_products
    where load_id = %(load_id)s
)
select %(load_id)s as load_id, null::integer as line_no,
    concat_ws(' ', jalali_month, product_id) as row_key,
    to_jsonb(expected)::text as expected, to_jsonb(found)::text as found,
    count(*) over () as gaps
from expected
full join found using (source_system, jalali_month, product_id)
where to_jsonb(expected) is distinct from to_jsonb(found)
order by jalali_month, product_id
limit 1
