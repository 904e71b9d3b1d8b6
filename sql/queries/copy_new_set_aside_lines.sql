-- Purpose: rows on their way to set_aside_lines.
copy new_set_aside_lines (line_no, kind)
from stdin (format csv)
