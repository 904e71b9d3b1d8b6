-- Purpose: brands to choose from, those that begin with the text first. Grain: one brand. Whoever is
-- limited to a scope is asked about what was sold there alone, which costs nobody else anything.
select distinct brand as key, brand as label, not brand ilike %(begins)s as is_later
from dim.products
where source_system = %(source)s and brand ilike %(holds)s
    and (not %(is_limited)s or exists (
        select from kpi.published_sales as sales
        where sales.source_system = products.source_system
            and sales.product_id = products.product_id
            and sales.event_date >= products.valid_from
            and (products.valid_to is null or sales.event_date < products.valid_to)
    ))
order by is_later, label, key
limit %(limit)s
