-- Purpose: an observation says by itself whether it is noise, so that versions can be worked out
-- from the days around a change alone and no load has to be looked at whole again.

-- Attributes seen only within the days of more frequent ones of the same load are noise.
alter table dim.observations add column is_noise boolean not null default false;

with compared as (
    select seen.ctid as place,
        lines < max(lines) over same_load
        and first_date >= first_value(first_date) over by_frequency
        and last_date <= first_value(last_date) over by_frequency as is_noise
    from dim.observations as seen
    window
        same_load as (partition by dimension, load_id, entity_id),
        by_frequency as (
            partition by dimension, load_id, entity_id
            order by lines desc, first_date, attributes::text
        )
)
update dim.observations as seen
set is_noise = true
from compared
where compared.place = seen.ctid and compared.is_noise;

drop index dim.observations_by_entity;
create index observations_by_entity
    on dim.observations (dimension, entity_id, first_date) include (load_id)
    where not is_noise;
