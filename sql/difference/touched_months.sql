-- Purpose: the Jalali months in which figures may change: those of the loads moved. Grain: one month.
select distinct jalali_month as month
from kpi.rollup_invoices
where load_id = any(%(moved)s)
order by jalali_month
