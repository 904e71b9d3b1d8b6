-- Purpose: every kept version of a source's mapping with what it says, oldest first. Grain: one.
select version, mapping, author, at, reason
from app.mappings
where source_system = %(source)s
order by version
