-- Purpose: where names are looked for, to be put back later. Grain: one row.
select current_setting('search_path') as search_path
