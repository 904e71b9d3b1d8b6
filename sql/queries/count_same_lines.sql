-- Purpose: how many lines of a run agree with which earlier load. Invoices are compared: the lines of
-- one that agrees in day, customer, salesperson, money and number of lines count as the same. Only
-- what has an invoice of ours is added up: a month that is corrected often has many earlier loads.
-- Grain: one load, the one with the largest overlap.
with ours as (
    select row_number() over () as number, event_date, invoice_id, customer_id, salesperson_id,
        sum(net_amount) as net_amount, sum(gross_amount) as gross_amount,
        sum(line_count) as lines
    from {rollup}
    group by event_date, invoice_id, customer_id, salesperson_id
), compared as (
    select theirs.load_id, any_value(ours.lines) as lines,
        any_value(ours.net_amount) as net_amount,
        sum(theirs.net_amount) = any_value(ours.net_amount)
        and sum(theirs.gross_amount) = any_value(ours.gross_amount)
        and sum(theirs.line_count) = any_value(ours.lines) as agree
    from ours
    join kpi.rollup_invoices as theirs using (event_date, invoice_id, customer_id)
    where theirs.load_id = any(%(loads)s)
        and theirs.salesperson_id is not distinct from ours.salesperson_id
    group by theirs.load_id, ours.number
)
select load_id, sum(lines) as lines, sum(abs(net_amount)) as amount
from compared
where agree
group by load_id
order by lines desc, load_id desc
limit 1
