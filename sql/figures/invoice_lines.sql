-- Purpose: what figures are made of when no product matters: parts of published invoices.
-- Grain: a part of one invoice. Joins and conditions are those of the filters.
-- The loads are found first: a join of each line to its load is planned by statistics of a table of
-- some dozens of loads, which nothing brings up to date, and went through all lines for each load.
select lines.source_system, lines.event_date, lines.jalali_month, lines.invoice_id,
    lines.customer_id, lines.salesperson_id, lines.net_amount, lines.gross_amount,
    lines.line_count
from kpi.rollup_invoices as lines
{joins}
where lines.load_id = any(array(
        select tiers.load_id
        from kpi.published_months as tiers
        where tiers.source_system = %(source)s and tiers.jalali_month = any(%(months)s)
    ))
    and lines.jalali_month = any(%(months)s)
    {conditions}
