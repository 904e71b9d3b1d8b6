-- Purpose: the customers of the given months in the order of what they bought, from all published
-- loads. Grain: one month and customer. Whoever stands as before is not written again: a load that
-- brings a few lines of another month moves few of its customers.
insert into kpi.ranked_customers as kept (
    source_system, jalali_month, month_start, customer_id, net_amount, gross_amount, invoice_count,
    active_days, customer_rank
)
select counted.source_system, jalali_month, months.first_day, counted.customer_id,
    sum(counted.net_amount), sum(counted.gross_amount),
    sum(counted.invoice_count), sum(counted.active_days),
    rank() over (
        partition by counted.source_system, jalali_month
        order by sum(counted.net_amount) desc
    )
from kpi.counted_customers as counted
join dim.jalali_months as months using (jalali_month)
where counted.source_system = %(source)s and jalali_month = any(%(months)s)
group by counted.source_system, jalali_month, months.first_day, counted.customer_id
order by counted.source_system, jalali_month, counted.customer_id
on conflict (source_system, jalali_month, customer_id) do update
set net_amount = excluded.net_amount,
    gross_amount = excluded.gross_amount,
    invoice_count = excluded.invoice_count,
    active_days = excluded.active_days,
    customer_rank = excluded.customer_rank
where (
    kept.net_amount, kept.gross_amount, kept.invoice_count, kept.active_days, kept.customer_rank
) is distinct from (
    excluded.net_amount, excluded.gross_amount, excluded.invoice_count, excluded.active_days,
    excluded.customer_rank
)
