-- Purpose: who taught what of a source, and why, oldest first. Grain: one version of its mapping.
select version, author, at, reason
from app.mappings
where source_system = %(source)s
order by version
