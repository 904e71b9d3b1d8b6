-- Purpose: lines that repeat an earlier one to the letter, among candidates with equal keys.
-- Grain: one repetition.
with candidates as (
    select lines.line_no, lines.line
    from {table} as lines
    join unnest(%(candidates)s::integer[]) as wanted (line_no) using (line_no)
), numbered as (
    select line_no, row_number() over (partition by line order by line_no) as repetition
    from candidates
)
select line_no, 'invoice_id' as column_name, null::numeric as impact_amount
from numbered
where repetition > 1
