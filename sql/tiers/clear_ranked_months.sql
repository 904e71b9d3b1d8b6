-- Purpose: forget which published runs the ranks of months were worked out from.
delete from kpi.ranked_months
where source_system = %(source)s and jalali_month = any(%(months)s)
