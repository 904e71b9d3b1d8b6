-- Purpose: the RAW lines of a load become visible, and unchangeable: they are the run's no longer.
alter table {table} reset (autovacuum_enabled);
select app.attach_lines({load_id})
