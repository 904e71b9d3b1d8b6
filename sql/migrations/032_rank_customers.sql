-- Purpose: the customers of a month stand ready with their ranks. Working them out of the loads costs
-- a look at every customer of the month each time somebody asks for the best ten.

-- Grain: one customer of one month of a source, of all its published loads, each invoice once.
create table kpi.ranked_customers (
    source_system   text not null,
    jalali_month    text not null,
    customer_id     text not null,
    net_amount      numeric not null,            -- signed
    gross_amount    numeric not null,            -- net of SALE lines
    invoice_count   bigint not null,
    active_days     bigint not null,             -- days with a line of either kind
    customer_rank   bigint not null,             -- by net_amount; equals share a rank
    primary key (source_system, jalali_month, customer_id)
);
create index ranked_customers_by_rank
    on kpi.ranked_customers (source_system, jalali_month, customer_rank);

-- Grain: one month of a source, and which published runs of which loads its ranks were worked out
-- from.
create table kpi.ranked_months (
    source_system   text not null,
    jalali_month    text not null,
    runs            text not null,               -- load:run, in order
    primary key (source_system, jalali_month)
);

alter table kpi.ranked_customers enable row level security;
create policy not_limited on kpi.ranked_customers using (not app.is_limited());

-- What is published already.
insert into kpi.ranked_customers
with parts as (
    select rollup.source_system, rollup.jalali_month, rollup.customer_id, rollup.net_amount,
        rollup.gross_amount, rollup.invoice_count, rollup.active_days
    from kpi.rollup_customers as rollup
    join app.load_states as states using (load_id)
    where states.state = 'published'
    union all
    select source_system, jalali_month, entity, 0, 0, -invoice_count, -active_days
    from kpi.double_counts
    where grain = 'customer'
)
select source_system, jalali_month, customer_id, sum(net_amount), sum(gross_amount),
    sum(invoice_count), sum(active_days),
    rank() over (partition by source_system, jalali_month order by sum(net_amount) desc)
from parts
group by source_system, jalali_month, customer_id;

insert into kpi.ranked_months
select tiers.source_system, tiers.jalali_month,
    string_agg(concat(states.load_id, ':', states.run_id), ' ' order by states.load_id)
from kpi.rollup_months as tiers
join app.load_states as states using (load_id)
where states.state = 'published'
group by tiers.source_system, tiers.jalali_month;

analyze kpi.ranked_customers, kpi.ranked_months;
