-- Purpose: the ranks of customers who are gone leave. The names and months stand in pairs.
delete from kpi.ranked_customers as ranked
using unnest(%(gone_months)s::text[], %(gone_customers)s::text[]) as gone (jalali_month, customer_id)
where ranked.source_system = %(source)s
    and ranked.jalali_month = gone.jalali_month
    and ranked.customer_id = gone.customer_id
