-- Purpose: what a customer of a page is called today; a customer's name is personal and comes apart.
select null::text as label
from dim.customers as named
where named.source_system = %(source)s and named.customer_id = page.customer_id
order by named.valid_from desc
limit 1
