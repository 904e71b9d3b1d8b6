-- Purpose: the work that is asked for, who does it and how far it is. The queue's own tables go to
-- the schema `jobs`, from the text that comes with its package.

create schema jobs;

-- Grain: one request to run the pipeline over one load. Kept for ever; `attempt` counts how often
-- it was begun, and only the newest attempt may write.
create table app.jobs (
    job_id          bigint generated always as identity primary key,
    key             uuid not null unique,        -- the submitter's, so that asking again is one job
    kind            text not null check (kind in ('load', 'recheck')),
    load_id         bigint not null,
    run_id          bigint,                      -- the run that this job brought to its end
    source_system   text not null,
    period          text,                        -- month in the source's calendar, where it is known
    asked           jsonb not null,              -- how the file is to be read, as the user said
    publish_after   boolean not null,
    state           text not null check (
        state in ('waiting', 'running', 'done', 'failed', 'cancelled')
    ),
    stage           text check (stage in ('store', 'read', 'check', 'keep', 'publish')),
    bytes_done      bigint not null default 0,
    bytes_total     bigint not null,
    lines_done      bigint not null default 0,
    attempt         integer not null default 0,
    deaths          integer not null default 0,  -- attempts whose process died or froze
    worker          text,                        -- machine and process of the newest attempt
    requested_by    text not null,
    requested_at    timestamptz not null default clock_timestamp(),
    started_at      timestamptz,                 -- of the newest attempt
    heartbeat_at    timestamptz,
    finished_at     timestamptz,
    cancelled_by    text,
    error           jsonb                        -- code, fa, en
) with (fillfactor = 50);
create unique index one_active_job_per_load
    on app.jobs (load_id) where state in ('waiting', 'running');
create index jobs_by_load on app.jobs (load_id, job_id);
