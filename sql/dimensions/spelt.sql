-- Purpose: one attribute of a version as it is shown; part of other statements. Looked up name by
-- name: of spellings learnt a moment ago the planner knows nothing, and would compare each with each.
coalesce(
    (
        select known.written
        from dim.spellings as known
        where known.folded = versions.attributes ->> {attribute}
            and known.attribute = {attribute}
            and known.source_system = versions.source_system
        limit 1
    ),
    versions.attributes ->> {attribute}
)
