-- Purpose: loads whose observations were noted as touched. Grain: one load.
select distinct load_id
from touched_days
where load_id = any(%(published)s::bigint[])
