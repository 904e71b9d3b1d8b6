-- Purpose: brands to choose from, those that begin with the text first. Grain: one brand.
select distinct brand as key, brand as label, not brand ilike %(begins)s as is_later
from dim.products
where source_system = %(source)s and brand ilike %(holds)s
order by is_later, label, key
limit %(limit)s
