-- Purpose: double counts of months make room for those that follow from what is published now.
with counts as (
    delete from kpi.double_counts
    where source_system = %(source)s and jalali_month = any(%(months)s)
)
delete from kpi.double_counted_months
where source_system = %(source)s and jalali_month = any(%(months)s)
