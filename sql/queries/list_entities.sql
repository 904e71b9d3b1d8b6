-- Purpose: everyone or everything that the accepted lines of a load name in one key column.
-- Grain: one code.
select distinct {key} as entity_id
from canonical.sales
where load_id = %(load_id)s and {key} is not null
