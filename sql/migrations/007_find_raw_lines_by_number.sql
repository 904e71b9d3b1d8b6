-- Purpose: a RAW line is found by its number in a few steps. A block range index is smaller, but a
-- run asks for a thousand lines at its end, and each would cost it a pass over every range.
drop index raw.lines_by_line_no;
create index lines_by_line_no on raw.lines (line_no);
