-- Purpose: one condition of a figure: lines of that day alone.
and lines.event_date = %(event_date)s
