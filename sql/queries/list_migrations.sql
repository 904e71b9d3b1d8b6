-- Purpose: applied migrations. Grain: one migration.
select number, name, checksum
from app.migrations
order by number
