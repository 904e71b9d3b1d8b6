-- Purpose: versions show names as they are spelt now. Grain: one version.
update {table} as versions
set {attribute} = changed.after
from unnest(%(before)s::text[], %(after)s::text[]) as changed (before, after)
where versions.source_system = %(source)s and versions.{attribute} = changed.before
