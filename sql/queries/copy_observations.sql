-- Purpose: sets of attributes as a load shows them. They are many and wide, so they go straight to
-- their place; what an earlier run of the load left there was cleared before.
copy dim.observations (
    load_id, dimension, entity_id, attributes, lines, first_date, last_date
) from stdin (format csv)
