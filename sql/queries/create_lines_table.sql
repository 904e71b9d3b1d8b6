-- Purpose: an empty home for the RAW lines of one load, attached to raw.lines when it is full.
-- Line numbers count by themselves while plain lines stream in. The check is what the parent wants
-- to know of the rows; asked of each as it comes in, it costs no pass over them afterwards.
drop table if exists {table} cascade;
drop sequence if exists {sequence};
create sequence {sequence} cache 8192;
create table {table} (
    load_id     bigint not null default {load_id},
    line_no     integer not null default nextval({sequence_name}),
    line        text not null,
    undecoded   bytea,
    constraint {check} check (load_id = {load_id})
)
