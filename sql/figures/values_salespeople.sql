-- Purpose: salespeople to choose from by code or name of today; those that begin with the text first.
-- Grain: one code.
with named as (
    select distinct on (salesperson_id) salesperson_id as key, salesperson_name as label
    from dim.salespeople
    where source_system = %(source)s
    order by salesperson_id, valid_from desc
)
select key, label,
    not (key ilike %(begins)s or coalesce(label, '') ilike %(begins)s) as is_later
from named
where key ilike %(holds)s or label ilike %(holds)s
order by is_later, label, key
limit %(limit)s
