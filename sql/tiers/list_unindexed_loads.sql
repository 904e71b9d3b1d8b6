-- Purpose: published loads of a source whose facts cannot yet be found by product. Grain: one load.
select states.load_id, states.run_id
from app.load_states as states
where states.source_system = %(source)s and states.state = 'published'
    and to_regclass(format('canonical.sales_%%s', states.run_id)) is not null
    and to_regclass(format('canonical.sales_%%s_by_product', states.run_id)) is null
order by states.load_id
