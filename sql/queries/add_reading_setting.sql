-- Purpose: remember how a user said that files of a source are read. Grain: one saying.
insert into app.reading_settings (source_system, overrides, author)
values (%(source)s, %(overrides)s, %(author)s)
