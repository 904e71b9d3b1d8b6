-- Purpose: what people taught about a source system is remembered: versions of its mapping, and how
-- its files are to be read. Both are appended and never changed.

-- Grain: one version of one source's mapping, after the shipped one in config/.
create table app.mappings (
    mapping_id      bigint generated always as identity primary key,
    source_system   text not null,
    version         integer not null check (version >= 1),
    -- json, not jsonb: the order of the columns is the order of the export, and jsonb loses it
    mapping         json not null,
    author          text not null,
    at              timestamptz not null default clock_timestamp(),
    reason          text not null,
    unique (source_system, version)
);

-- Grain: one saying of a user on how files of a source are read. The newest of a source holds; one
-- that names nothing leaves all to detection again.
create table app.reading_settings (
    setting_id      bigint generated always as identity primary key,
    source_system   text not null,
    overrides       jsonb not null,              -- encoding, delimiter, quote, header_line, sheet
    author          text not null,
    at              timestamptz not null default clock_timestamp()
);
create index reading_settings_by_source on app.reading_settings (source_system, setting_id);

create trigger refuse_change before update or delete on app.mappings
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on app.mappings
    for each statement execute function app.refuse_change();

create trigger refuse_change before update or delete on app.reading_settings
    for each row execute function app.refuse_change();
create trigger refuse_truncate before truncate on app.reading_settings
    for each statement execute function app.refuse_change();
