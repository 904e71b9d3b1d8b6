-- Purpose: ranks of months make room for those that follow from what is published now.
with ranks as (
    delete from kpi.ranked_customers
    where source_system = %(source)s and jalali_month = any(%(months)s)
)
delete from kpi.ranked_months
where source_system = %(source)s and jalali_month = any(%(months)s)
