-- Purpose: how many lines of a run agree with which earlier load. Invoices are compared: the lines of
-- one that agrees in day, customer, salesperson, money and number of lines count as the same.
-- Grain: one load, the one with the largest overlap.
with ours as (
    select event_date, invoice_id, customer_id, salesperson_id,
        sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(line_count) as lines
    from {rollup}
    group by event_date, invoice_id, customer_id, salesperson_id
), theirs as (
    select load_id, event_date, invoice_id, customer_id, salesperson_id,
        sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(line_count) as lines
    from kpi.rollup_invoices
    where load_id = any(%(loads)s)
    group by load_id, event_date, invoice_id, customer_id, salesperson_id
)
select theirs.load_id, sum(ours.lines) as lines, sum(abs(ours.net_amount)) as amount
from ours
join theirs using (event_date, invoice_id, customer_id, net_amount, gross_amount, lines)
where ours.salesperson_id is not distinct from theirs.salesperson_id
group by theirs.load_id
order by lines desc, theirs.load_id desc
limit 1
