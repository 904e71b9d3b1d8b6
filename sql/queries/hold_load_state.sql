-- Purpose: the state of a load stays as it is until this transaction ends. Grain: one load.
select load_id
from app.load_states
where load_id = %(load_id)s
for update
