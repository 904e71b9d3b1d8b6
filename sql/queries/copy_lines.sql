-- Purpose: a file's lines, verbatim, with their numbers; the bytes too where they are no text.
copy {table} (line_no, undecoded, line) from stdin (format binary, freeze)
