-- Purpose: what figures are made of when the product matters: published facts.
-- Grain: one line. Joins and conditions are those of the filters.
-- The loads are found first: a join of each line to its load is planned by statistics of a table of
-- some dozens of loads, which nothing brings up to date, and went through all lines for each load.
select lines.source_system, lines.load_id, lines.line_no, lines.event_date, lines.jalali_month,
    lines.invoice_id, lines.customer_id, lines.salesperson_id, lines.product_id,
    lines.net_amount, case when lines.sign = 1 then lines.net_amount else 0 end as gross_amount,
    1 as line_count, lines.quantity, lines.sign
from canonical.sales as lines
{joins}
where lines.load_id = any(array(
        select tiers.load_id
        from kpi.published_months as tiers
        where tiers.source_system = %(source)s and tiers.jalali_month = any(%(months)s)
    ))
    and lines.jalali_month = any(%(months)s)
    {conditions}
