-- Purpose: the schemas of the chain RAW -> canonical -> data quality -> KPI, the receipts of files
-- with their bytes and verbatim lines, runs and the state of each load.

create schema raw;
create schema canonical;
create schema dq;
create schema dim;
create schema kpi;

-- Grain: one row per file taken in once. The receipt; never changed afterwards.
create table raw.loads (
    load_id         bigint generated always as identity primary key,
    source_system   text not null,
    file_name       text not null,
    file_size       bigint not null,             -- bytes
    sha256          bytea not null,              -- of the file's bytes
    received_at     timestamptz not null default now(),
    received_by     text not null,
    unique (source_system, sha256)
);

-- Grain: one piece of a file; the pieces in order are the file, bit for bit.
create table raw.file_chunks (
    load_id         bigint not null,
    chunk_no        integer not null,            -- from 0
    size            integer not null,            -- bytes before compression
    data            bytea not null,              -- zlib
    primary key (load_id, chunk_no)
);
alter table raw.file_chunks alter column data set storage external;

-- Grain: one record of one file, verbatim, without the line end behind it; header and blank lines
-- included. The lines of a load and the ends between them are the text of its file.
create table raw.lines (
    load_id         bigint not null,
    line_no         integer not null,            -- first physical line of the record, from 1
    line            text not null,
    undecoded       bytea                        -- the bytes, where the text could not hold them
) partition by list (load_id);
-- Lines stand in file order, so a block range index finds one in a page or two at no cost.
create index lines_by_line_no on raw.lines using brin (line_no) with (pages_per_range = 16);

-- Grain: one state per load, as it is now. At most one published load per source and period.
create table app.load_states (
    load_id         bigint primary key,
    source_system   text not null,
    period          text,                        -- month in the source's calendar, such as 1403-05
    state           text not null default 'received' check (
        state in ('received', 'draft', 'published', 'superseded', 'voided', 'failed')
    ),
    run_id          bigint,                      -- the run whose results are shown
    changed_at      timestamptz not null default now()
);
create unique index one_published_load_per_period
    on app.load_states (source_system, period) where state = 'published';

-- Grain: one pass of the pipeline over one load.
create table app.runs (
    run_id          bigint generated always as identity primary key,
    load_id         bigint not null,
    state           text not null default 'running' check (state in ('running', 'done', 'failed')),
    started_at      timestamptz not null default now(),
    finished_at     timestamptz,
    started_by      text not null,
    mapping         jsonb not null,              -- header text -> canonical column, as used
    inspection      jsonb not null,              -- encoding, dialect, header line, as used
    rules           jsonb not null,              -- severity and thresholds of each rule, as used
    error           text
);
create index runs_by_load on app.runs (load_id);

-- Grain: one step in the life of a load: published, superseded, voided. Appended, never changed.
create table app.publications (
    publication_id  bigint generated always as identity primary key,
    load_id         bigint not null,
    action          text not null check (action in ('publish', 'supersede', 'void')),
    source_system   text not null,
    period          text not null,
    reason          text,
    actor           text not null,
    at              timestamptz not null default clock_timestamp()
);
