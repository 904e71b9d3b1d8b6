-- Purpose: cities to choose from, those that begin with the text first. Grain: one city.
select distinct city as key, city as label, not city ilike %(begins)s as is_later
from dim.customers
where source_system = %(source)s and city ilike %(holds)s
order by is_later, label, key
limit %(limit)s
