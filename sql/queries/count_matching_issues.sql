-- Purpose: how many issues a filter asks for, and the money they touch. Grain: one row.
select count(*) as issues, coalesce(sum(impact_amount), 0) as impact_amount
from ({matching}) as matching
