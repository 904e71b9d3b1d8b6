-- Purpose: the ranks of customers who are gone from a month leave.
delete from kpi.ranked_customers
where source_system = %(source)s and jalali_month = %(month)s
    and customer_id = any(%(customers)s::text[])
