-- Purpose: what a salesperson of a page is called today; a customer's name is personal and comes apart.
select salesperson_name as label
from dim.salespeople as named
where named.source_system = %(source)s and named.salesperson_id = page.salesperson_id
order by named.valid_from desc
limit 1
