-- Purpose: a file's own bytes, each physical line one row; what COPY would read as its own marks
-- was escaped before.
copy {table} (line) from stdin (format text, delimiter e'\x01', freeze)
