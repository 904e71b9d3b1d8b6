-- Purpose: personal data of customers as it was on a day, each value there is masked.
-- Grain: one customer and version in force.
select distinct on (customer_id) customer_id, customer_name, national_id, phone, address
from dim.masked_customers
where source_system = %(source)s and customer_id = any(%(customers)s)
    and (%(day)s::date is null or valid_from <= %(day)s::date)
order by customer_id, valid_from desc
