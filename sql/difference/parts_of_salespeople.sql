-- Purpose: money of the months touched by load, day and salesperson. Grain: one of these in one load.
select load_id, event_date, jalali_month, salesperson_id as entity_id,
    sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
    sum(line_count) as line_count
from kpi.rollup_invoices
where load_id = any(%(counted)s) and jalali_month = any(%(months)s)
group by load_id, event_date, jalali_month, salesperson_id
