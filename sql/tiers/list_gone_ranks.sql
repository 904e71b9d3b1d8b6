-- Purpose: ranked customers of whom no published load tells in the month any more.
-- Grain: one month and customer.
select ranked.jalali_month, ranked.customer_id
from kpi.ranked_customers as ranked
where ranked.source_system = %(source)s and ranked.jalali_month = any(%(months)s)
    and not exists (
        select
        from kpi.counted_customers as counted
        where counted.source_system = %(source)s and counted.jalali_month = any(%(months)s)
            and counted.jalali_month = ranked.jalali_month
            and counted.customer_id = ranked.customer_id
    )
