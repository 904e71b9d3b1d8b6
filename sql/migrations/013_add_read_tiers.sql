-- Purpose: sums of each load that dashboards read instead of its invoices. Kept per load by its run;
-- amounts and lines add up over loads, and what counts give too much stands in kpi.double_counts.

-- Grain: one load and day.
create table kpi.rollup_days (
    load_id         bigint not null,
    source_system   text not null,
    event_date      date not null,
    jalali_month    text not null,
    net_amount      numeric not null,            -- signed
    gross_amount    numeric not null,            -- net of SALE lines
    line_count      integer not null,
    invoice_count   integer not null,
    primary key (load_id, event_date)
);

-- Grain: one load and month.
create table kpi.rollup_months (
    load_id         bigint not null,
    source_system   text not null,
    jalali_month    text not null,
    net_amount      numeric not null,
    gross_amount    numeric not null,
    line_count      integer not null,
    invoice_count   integer not null,
    customer_count  integer not null,
    primary key (load_id, jalali_month)
);

-- Grain: one load, month and customer.
create table kpi.rollup_customers (
    load_id         bigint not null,
    source_system   text not null,
    jalali_month    text not null,
    customer_id     text not null,
    net_amount      numeric not null,
    gross_amount    numeric not null,
    line_count      integer not null,
    invoice_count   integer not null,
    active_days     integer not null,            -- days with a line of either kind
    primary key (load_id, jalali_month, customer_id)
);

-- Grain: one load, month and salesperson; salesperson_id is null where the source knows none.
create table kpi.rollup_salespeople (
    load_id         bigint not null,
    source_system   text not null,
    jalali_month    text not null,
    salesperson_id  text,
    net_amount      numeric not null,
    gross_amount    numeric not null,
    line_count      integer not null,
    invoice_count   integer not null,
    customer_count  integer not null,
    unique nulls not distinct (load_id, jalali_month, salesperson_id)
);

-- Grain: one load, month, salesperson and customer: who sold to whom.
create table kpi.rollup_visits (
    load_id         bigint not null,
    source_system   text not null,
    jalali_month    text not null,
    salesperson_id  text not null,
    customer_id     text not null,
    primary key (load_id, jalali_month, salesperson_id, customer_id)
);

-- Grain: one figure that several published loads of a source count more than once: how often too
-- often. entity is the day, customer or salesperson, and empty for the month as a whole.
create table kpi.double_counts (
    source_system   text not null,
    jalali_month    text not null,
    grain           text not null check (grain in ('day', 'month', 'customer', 'salesperson')),
    entity          text not null,
    invoice_count   integer not null,
    customer_count  integer not null,
    active_days     integer not null,
    primary key (source_system, jalali_month, grain, entity)
);

-- Grain: one month that several published loads of a source share, and which runs of which loads
-- its double counts were worked out from.
create table kpi.double_counted_months (
    source_system   text not null,
    jalali_month    text not null,
    runs            text not null,               -- load:run, in order
    primary key (source_system, jalali_month)
);

-- Loads of earlier versions get theirs from their invoices.
insert into kpi.rollup_days
select load_id, source_system, event_date, jalali_month, sum(net_amount), sum(gross_amount),
    sum(line_count), count(distinct invoice_id)
from kpi.rollup_invoices
group by load_id, source_system, event_date, jalali_month;

insert into kpi.rollup_months
select load_id, source_system, jalali_month, sum(net_amount), sum(gross_amount), sum(line_count),
    count(distinct invoice_id), count(distinct customer_id)
from kpi.rollup_invoices
group by load_id, source_system, jalali_month;

insert into kpi.rollup_customers
select load_id, source_system, jalali_month, customer_id, sum(net_amount), sum(gross_amount),
    sum(line_count), count(distinct invoice_id), count(distinct event_date)
from kpi.rollup_invoices
group by load_id, source_system, jalali_month, customer_id;

insert into kpi.rollup_salespeople
select load_id, source_system, jalali_month, salesperson_id, sum(net_amount), sum(gross_amount),
    sum(line_count), count(distinct invoice_id), count(distinct customer_id)
from kpi.rollup_invoices
group by load_id, source_system, jalali_month, salesperson_id;

insert into kpi.rollup_visits
select distinct load_id, source_system, jalali_month, salesperson_id, customer_id
from kpi.rollup_invoices
where salesperson_id is not null;

-- What published loads already share.
insert into kpi.double_counts
with parts as (
    select rollup.load_id, rollup.source_system, rollup.jalali_month, rollup.event_date,
        rollup.invoice_id, rollup.customer_id, rollup.salesperson_id
    from kpi.rollup_invoices as rollup
    join app.load_states as states using (load_id)
    where states.state = 'published'
), counted as (
    select source_system, jalali_month, 'day' as grain, event_date::text as entity,
        count(distinct (load_id, invoice_id)) - count(distinct invoice_id) as invoices,
        0 as customers, 0 as days
    from parts
    group by source_system, jalali_month, event_date
    union all
    select source_system, jalali_month, 'month', '',
        count(distinct (load_id, invoice_id)) - count(distinct invoice_id),
        count(distinct (load_id, customer_id)) - count(distinct customer_id), 0
    from parts
    group by source_system, jalali_month
    union all
    select source_system, jalali_month, 'customer', customer_id,
        count(distinct (load_id, invoice_id)) - count(distinct invoice_id), 0,
        count(distinct (load_id, event_date)) - count(distinct event_date)
    from parts
    group by source_system, jalali_month, customer_id
    union all
    select source_system, jalali_month, 'salesperson', salesperson_id,
        count(distinct (load_id, invoice_id)) - count(distinct invoice_id),
        count(distinct (load_id, customer_id)) - count(distinct customer_id), 0
    from parts
    where salesperson_id is not null
    group by source_system, jalali_month, salesperson_id
)
select source_system, jalali_month, grain, entity, invoices, customers, days
from counted
where (invoices, customers, days) <> (0, 0, 0);

create index rollup_days_by_day on kpi.rollup_days (source_system, event_date);
create index rollup_months_by_month on kpi.rollup_months (source_system, jalali_month);
create index rollup_customers_by_month on kpi.rollup_customers (jalali_month);
create index rollup_salespeople_by_month on kpi.rollup_salespeople (jalali_month);
create index rollup_visits_by_month on kpi.rollup_visits (jalali_month);
