-- Purpose: whether a load's table hangs on its parent. Grain: one table.
select child.relname
from pg_inherits
join pg_class as child on child.oid = pg_inherits.inhrelid
where pg_inherits.inhparent = %(parent)s::regclass and child.relname = %(child)s
