-- Purpose: the facts of a load become visible.
alter table {sales} reset (autovacuum_enabled);
alter table canonical.sales attach partition {sales} for values in ({load_id})
