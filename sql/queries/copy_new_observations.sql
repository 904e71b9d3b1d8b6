-- Purpose: rows on their way to observations.
copy new_observations (dimension, entity_id, attributes, lines, first_date, last_date)
from stdin (format csv)
