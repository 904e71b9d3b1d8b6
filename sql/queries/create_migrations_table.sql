-- Purpose: the list of applied migrations. Grain: one migration.
create schema if not exists app;
create table if not exists app.migrations (
    number      integer primary key,
    name        text not null,
    checksum    text not null,
    applied_at  timestamptz not null default now()
);
