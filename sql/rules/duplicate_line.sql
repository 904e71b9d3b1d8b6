-- Purpose: lines that repeat an earlier one to the letter, among candidates with equal keys.
-- Grain: one repetition.
with candidates as (
    select lines.line_no, lines.line
    from {table} as lines
    where lines.line_no + 0 = any(%(candidates)s::integer[])  -- one pass, not a thousand look-ups
), numbered as (
    select line_no, row_number() over (partition by line order by line_no) as repetition
    from candidates
)
select numbered.line_no, null as column_name, abs(sales.net_amount) as impact_amount
from numbered
join {sales} as sales using (line_no)
where numbered.repetition > 1
