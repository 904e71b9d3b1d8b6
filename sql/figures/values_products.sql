-- Purpose: products to choose from by code or name of today; those that begin with the text first.
-- Grain: one code. Whoever is limited to a scope is asked about what was sold there alone; it costs
-- nobody else anything.
with named as (
    select distinct on (product_id) product_id as key, product_name as label
    from dim.products
    where source_system = %(source)s
        and (not %(is_limited)s or exists (
            select from kpi.published_sales as sales
            where sales.source_system = products.source_system
                and sales.product_id = products.product_id
        ))
    order by product_id, valid_from desc
)
select key, label,
    not (key ilike %(begins)s or coalesce(label, '') ilike %(begins)s) as is_later
from named
where key ilike %(holds)s or label ilike %(holds)s
order by is_later, label, key
limit %(limit)s
