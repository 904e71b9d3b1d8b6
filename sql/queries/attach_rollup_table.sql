-- Purpose: the invoice rollup of a load becomes visible.
alter table kpi.rollup_invoices attach partition {rollup} for values in ({load_id})
