-- Purpose: what a product of a page is called today; a customer's name is personal and comes apart.
select product_name as label
from dim.products as named
where named.source_system = %(source)s and named.product_id = page.product_id
order by named.valid_from desc
limit 1
