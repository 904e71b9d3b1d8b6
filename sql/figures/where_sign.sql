-- Purpose: one condition of a figure: sales (+1) or returns (-1) alone.
and lines.sign = %(sign)s
