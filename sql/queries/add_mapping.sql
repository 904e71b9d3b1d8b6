-- Purpose: keep a version of a mapping; no row comes back where that version exists.
-- Grain: one version of one source's mapping.
insert into app.mappings (source_system, version, mapping, author, reason)
values (%(source)s, %(version)s, %(mapping)s, %(author)s, %(reason)s)
on conflict (source_system, version) do nothing
returning mapping_id
