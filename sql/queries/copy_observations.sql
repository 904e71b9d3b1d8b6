-- Purpose: sets of attributes as a load shows them. They are many and wide, so they go straight to
-- their place; what an earlier run of the load left there was cleared before. Noise is what was seen
-- only within the days of what was seen more often: a slip, and no version.
copy dim.observations (
    load_id, dimension, entity_id, attributes, lines, first_date, last_date, is_noise
) from stdin (format csv)
