-- Purpose: how many issues a filter asks for, and the money they touch, in the source's currency.
-- Grain: one source system that has some.
select source_system, count(*) as issues, coalesce(sum(impact_amount), 0) as impact_amount
    {few}
from ({matching}) as matching
group by source_system
order by source_system
