-- Purpose: since when this database has been ours. Grain: one row.
select min(applied_at) as born_at
from app.migrations
