-- Purpose: what the facts behind a figure come to. Grain: one row; money signed but for returns.
select count(*) as line_count, coalesce(sum(net_amount), 0) as net_amount,
    coalesce(sum(gross_amount), 0) as gross_amount,
    coalesce(sum(gross_amount) - sum(net_amount), 0) as returns_amount,
    coalesce(sum(quantity), 0) as quantity
from ({lines}) as lines
