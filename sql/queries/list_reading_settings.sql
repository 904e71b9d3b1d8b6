-- Purpose: how files of each source, or of one, are read by its users' last word.
-- Grain: one source system.
select distinct on (source_system) source_system, overrides, author, at
from app.reading_settings
where %(source)s::text is null or source_system = %(source)s
order by source_system, setting_id desc
