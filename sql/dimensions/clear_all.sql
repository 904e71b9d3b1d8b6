-- Purpose: one dimension of a source makes room for the versions that follow from what is published.
delete from {table}
where source_system = %(source)s
