-- Purpose: which of some customers whoever asks has an invoice of. Grain: one customer.
select distinct customer_id
from kpi.published_invoices
where source_system = %(source)s and customer_id = any(%(customers)s)
