-- Purpose: of two sets of attributes on equally many lines from the same day on, the one that lasted
-- longer tells what is noise beside it, as a run says now; formerly the one that came first as text.
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
            order by lines desc, first_date, last_date desc
        )
)
update dim.observations as seen
set is_noise = compared.is_noise
from compared
where compared.place = seen.ctid and compared.is_noise is distinct from seen.is_noise;
