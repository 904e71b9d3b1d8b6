-- Purpose: the receipt of a file. Grain: one load; nothing when the same bytes came in meanwhile.
insert into raw.loads (source_system, file_name, file_size, sha256, received_by)
values (%(source)s, %(file_name)s, %(file_size)s, %(sha256)s, %(received_by)s)
on conflict (source_system, sha256) do nothing
returning load_id
