-- Purpose: salespeople of a source make room for the versions that follow from what is published now.
delete from dim.salespeople
where source_system = %(source)s
