-- Purpose: published loads of a source whose facts cannot yet be found by what is asked of them.
-- All indexes of a run are made in one transaction, but those by product came to be before the
-- others: who has both has all. Grain: one load.
select states.load_id, states.run_id
from app.load_states as states
where states.source_system = %(source)s and states.state = 'published'
    and to_regclass(format('canonical.sales_%%s', states.run_id)) is not null
    and (
        to_regclass(format('canonical.sales_%%s_by_product', states.run_id)) is null
        or to_regclass(format('canonical.sales_%%s_by_invoice', states.run_id)) is null
    )
order by states.load_id
