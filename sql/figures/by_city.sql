-- Purpose: net sales of the filtered lines by city on the event date. Grain: one city, null where
-- none is known; money in the source's currency, returns as a positive magnitude.
with lines as ({lines})
select customers.city as key, sum(lines.net_amount) as net_amount,
    sum(lines.gross_amount) as gross_amount,
    sum(lines.gross_amount) - sum(lines.net_amount) as returns_amount,
    sum(lines.line_count)::bigint as line_count
from lines
{dimension}
group by customers.city
order by net_amount desc, key
