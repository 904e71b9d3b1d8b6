-- Purpose: an empty home for the invoice rollup of one run.
create table {rollup} (
    like kpi.rollup_invoices including defaults,
    constraint {rollup_check} check (load_id = {load_id})
);
alter table {rollup} alter column load_id set default {load_id};
alter table {rollup} alter column source_system set default {source_system}
