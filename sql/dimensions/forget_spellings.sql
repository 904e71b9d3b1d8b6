-- Purpose: before names of a source are learnt anew.
delete from dim.spellings
where source_system = %(source)s
