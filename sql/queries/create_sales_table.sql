-- Purpose: an empty home for the facts of one run, attached to canonical.sales when all is checked.
-- No vacuum comes before that: attaching would wait a second for its end.
create table {sales} (
    like canonical.sales including defaults including constraints,
    constraint {check} check (load_id = {load_id})
) with (autovacuum_enabled = false);
alter table {sales} alter column load_id set default {load_id};
alter table {sales} alter column source_system set default {source_system}
