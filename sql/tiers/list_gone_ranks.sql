-- Purpose: ranked customers of whom no published load tells in the month any more. Grain: one month
-- and customer. Two sets are compared: of tables that grew a moment ago the planner expects a few
-- rows, and would look for each of the one in all of the other.
select jalali_month, customer_id
from kpi.ranked_customers
where source_system = %(source)s and jalali_month = any(%(months)s)
except
select jalali_month, customer_id
from kpi.counted_customers
where source_system = %(source)s and jalali_month = any(%(months)s)
order by jalali_month, customer_id
