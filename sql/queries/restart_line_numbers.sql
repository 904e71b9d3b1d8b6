-- Purpose: the number of the next plain line.
alter sequence {sequence} restart with {line_no}
