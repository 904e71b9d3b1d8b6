-- Purpose: note whose versions the given loads take part in, and in which days, as it is now.
insert into touched_days (load_id, dimension, entity_id, first_day, last_day)
select load_id, dimension, entity_id, min(first_date), max(first_date)
from dim.observations
where load_id = any(%(loads)s::bigint[]) and not is_noise
group by load_id, dimension, entity_id
