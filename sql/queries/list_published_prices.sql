-- Purpose: the latest published usual price of each product. Grain: one product.
select distinct on (prices.product_id) prices.product_id, prices.median_price
from dq.product_prices as prices
join app.load_states as states using (load_id)
where load_id = any(%(published)s)
order by prices.product_id, states.period desc
