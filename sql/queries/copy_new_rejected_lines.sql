-- Purpose: rows on their way to rejected_lines.
copy new_rejected_lines (line_no, net_amount)
from stdin (format csv)
