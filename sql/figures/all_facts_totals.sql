-- Purpose: what the facts of months come to, of everything or of some products, without going
-- through them. Grain: one row; money signed but for returns.
select coalesce(sum(lines.sale_lines * %(with_sales)s::integer
        + lines.return_lines * %(with_returns)s::integer), 0)::bigint as line_count,
    coalesce(sum(lines.sales_amount * %(with_sales)s::integer
        - lines.returns_amount * %(with_returns)s::integer), 0) as net_amount,
    coalesce(sum(lines.sales_amount * %(with_sales)s::integer), 0) as gross_amount,
    coalesce(sum(lines.returns_amount * %(with_returns)s::integer), 0) as returns_amount,
    coalesce(sum(lines.sales_quantity * %(with_sales)s::integer
        - lines.returned_quantity * %(with_returns)s::integer), 0) as quantity
from kpi.counted_products as lines
where lines.source_system = %(source)s
    and lines.jalali_month = any(%(months)s)
    {conditions}
