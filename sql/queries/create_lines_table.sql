-- Purpose: an empty home for the RAW lines of one load, attached to raw.lines when it is full.
-- The check is what the parent wants to know of the rows; asked of each as it comes in, it costs no
-- pass over them afterwards. No vacuum comes before that: attaching would wait a second for its end.
drop table if exists {table} cascade;
create table {table} (
    load_id     bigint not null default {load_id},
    line_no     integer not null,
    line        text not null,
    undecoded   bytea,
    constraint {check} check (load_id = {load_id})
) with (autovacuum_enabled = false)
