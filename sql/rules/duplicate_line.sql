-- Purpose: lines that repeat an earlier one to the letter, among candidates with equal keys.
-- Grain: one repetition.
with candidates as (
    select wanted.line_no, found.line
    from unnest(%(candidates)s::integer[]) as wanted (line_no)
    cross join lateral (
        select lines.line
        from {table} as lines
        where lines.line_no = wanted.line_no
        limit 1  -- a number is one line, which a table too new for statistics cannot tell
    ) as found
), numbered as (
    select line_no, row_number() over (partition by line order by line_no) as repetition
    from candidates
)
select numbered.line_no, null as column_name, abs(sales.net_amount) as impact_amount
from numbered
join {sales} as sales on sales.load_id = {load_id} and sales.line_no = numbered.line_no
where numbered.repetition > 1
