-- Purpose: whose net changes most in the months touched: the ten largest changes of each dimension.
-- Grain: one customer, product or salesperson; net signed, in the source's currency.
with invoices as (
    select customer_id, salesperson_id, net_amount,
        load_id = any(%(before)s) as is_before,
        load_id = any(%(after)s) as is_after
    from kpi.rollup_invoices
    where load_id = any(%(before)s::bigint[] || %(after)s::bigint[])
        and jalali_month = any(%(months)s)
), products as (
    select product_id, sales_amount - returns_amount as net_amount,
        load_id = any(%(before)s) as is_before,
        load_id = any(%(after)s) as is_after
    from kpi.rollup_products
    where load_id = any(%(before)s::bigint[] || %(after)s::bigint[])
        and jalali_month = any(%(months)s)
), parts as (
    select 'customers' as dimension, customer_id as entity_id, net_amount, is_before, is_after
    from invoices
    union all
    select 'salespeople', salesperson_id, net_amount, is_before, is_after
    from invoices
    where salesperson_id is not null
    union all
    select 'products', product_id, net_amount, is_before, is_after
    from products
), sums as (
    select dimension, entity_id,
        coalesce(sum(net_amount) filter (where is_before), 0) as net_before,
        coalesce(sum(net_amount) filter (where is_after), 0) as net_after
    from parts
    group by dimension, entity_id
), ordered as (
    select sums.*,
        row_number() over (
            partition by dimension
            order by abs(net_after - net_before) desc, entity_id
        ) as place
    from sums
    where net_before <> net_after
)
select dimension, entity_id, net_before, net_after
from ordered
where place <= 10
order by dimension, place
