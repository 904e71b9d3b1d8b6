-- Purpose: the newest kept mapping of each source, or of one. Grain: one source system.
select distinct on (source_system) source_system, version, mapping
from app.mappings
where %(source)s::text is null or source_system = %(source)s
order by source_system, version desc
