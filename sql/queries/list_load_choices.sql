-- Purpose: what the list of loads can be narrowed to. Grain: one source system and period.
select distinct source_system, period
from app.load_states
order by source_system, period
