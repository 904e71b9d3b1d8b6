-- Purpose: cities to choose from, those that begin with the text first. Grain: one city. Whoever is
-- limited to a scope is asked about their own customers' alone, which costs nobody else anything.
select distinct city as key, city as label, not city ilike %(begins)s as is_later
from dim.customers
where source_system = %(source)s and city ilike %(holds)s
    and (not %(is_limited)s or exists (
        select from kpi.published_invoices as invoices
        where invoices.source_system = customers.source_system
            and invoices.customer_id = customers.customer_id
            and invoices.event_date >= customers.valid_from
            and (customers.valid_to is null or invoices.event_date < customers.valid_to)
    ))
order by is_later, label, key
limit %(limit)s
