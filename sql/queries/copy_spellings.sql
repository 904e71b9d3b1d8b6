-- Purpose: how a load writes each name, on how many lines, and when last.
copy dim.observed_spellings (
    load_id, attribute, folded, written, lines, last_date
) from stdin (format csv)
