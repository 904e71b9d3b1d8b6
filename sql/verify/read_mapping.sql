-- Purpose: the mapping of a source as it was at a version. Grain: one version.
select source_system, version, mapping
from app.mappings
where source_system = %(source)s and version = %(version)s
