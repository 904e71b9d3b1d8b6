-- Purpose: the invoice rollup of a load becomes visible.
alter table {rollup} add constraint {rollup_check} check (load_id = {load_id});
create index on {rollup} (jalali_month);
analyze {rollup};
alter table kpi.rollup_invoices attach partition {rollup} for values in ({load_id})
