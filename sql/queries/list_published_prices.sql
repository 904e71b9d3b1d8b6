-- Purpose: the latest published usual price of some products. Grain: one product that has one.
select distinct on (prices.product_id) prices.product_id, prices.median_price
from dq.product_prices as prices
join app.load_states as states using (load_id)
where prices.load_id = any(%(published)s::bigint[])
    and prices.product_id = any(%(products)s::text[])
order by prices.product_id, states.period desc
