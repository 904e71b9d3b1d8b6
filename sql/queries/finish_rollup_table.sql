-- Purpose: the invoice rollup of a load becomes visible.
create index on {rollup} (jalali_month);
create index on {rollup} (event_date);
set local default_statistics_target = 10;
analyze {rollup};
alter table kpi.rollup_invoices attach partition {rollup} for values in ({load_id})
