-- Purpose: names are compared folded and shown as they are written: ZWNJ, Arabic letters, digits and
-- double spaces make no two names, and none of them is lost. Loads of before have no spellings, and
-- show their names as they did, until they are run again (`recheck --all`).

-- Grain: one name of one attribute, as a load wrote it; on how many lines, and when last.
create table dim.observed_spellings (
    load_id     bigint not null,
    attribute   text not null,
    folded      text not null,
    written     text not null,
    lines       integer not null,
    last_date   date not null
);
create index observed_spellings_by_load on dim.observed_spellings (load_id);
-- By hash: a cell may be longer than a page of a tree.
create index observed_spellings_by_text on dim.observed_spellings using hash (folded);

-- Grain: one name of one attribute of a source, and how it is shown. Contested is a name that
-- published loads ever wrote in more than one way; the other ones need no count. Whoever writes here
-- holds the versions of the source.
create table dim.spellings (
    source_system   text not null,
    attribute       text not null,
    folded          text not null,
    written         text not null,
    is_contested    boolean not null
);
create index spellings_by_text on dim.spellings using hash (folded);
