-- Purpose: an empty home for the RAW lines of one load, attached to raw.lines when it is full.
-- Line numbers count by themselves while plain lines stream in.
drop table if exists {table} cascade;
drop sequence if exists {sequence};
create sequence {sequence} cache 8192;
create table {table} (
    load_id     bigint not null default {load_id},
    line_no     integer not null default nextval({sequence_name}),
    line        text not null,
    undecoded   bytea
)
