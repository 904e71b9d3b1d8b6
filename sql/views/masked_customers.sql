-- Question: of which personal data of a customer does the source know anything?
-- Grain: one customer and span of days, as dim.customers. Formula: ••• where there is a value, and
-- what is empty as it is. Edge cases: runs as its owner, for roles that may not read the values.
create view dim.masked_customers as
select source_system, customer_id, valid_from,
    case when customer_name <> '' then '•••' else customer_name end as customer_name,
    case when national_id <> '' then '•••' else national_id end as national_id,
    case when phone <> '' then '•••' else phone end as phone,
    case when address <> '' then '•••' else address end as address
from dim.customers
