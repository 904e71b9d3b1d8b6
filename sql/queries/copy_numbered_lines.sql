-- Purpose: lines with their numbers, where records span lines or hold bytes that are no text.
copy {table} (line_no, line, undecoded) from stdin (format csv, freeze)
