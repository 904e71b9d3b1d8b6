-- Purpose: what the published loads of a source count more than once in the given months.
-- Grain: one figure; each count is how often too often. What two loads share is in one that is not
-- the month's largest: whoever is in none of these is left out before anything is compared.
with everything as materialized (
    select load_id, jalali_month, event_date, invoice_id, customer_id, salesperson_id
    from kpi.published_invoices
    where source_system = %(source)s and jalali_month = any(%(months)s)
), largest as (
    select distinct on (tiers.jalali_month) tiers.jalali_month, tiers.load_id
    from kpi.rollup_months as tiers
    join app.load_states as states using (load_id)
    where tiers.source_system = %(source)s and tiers.jalali_month = any(%(months)s)
        and states.state = 'published'
    order by tiers.jalali_month, tiers.invoice_count desc, tiers.load_id
), smaller as materialized (
    select distinct everything.jalali_month, everything.invoice_id
    from everything
    join largest using (jalali_month)
    where everything.load_id <> largest.load_id
), customers as materialized (
    select jalali_month, customer_id
    from kpi.rollup_customers
    join app.load_states as states using (load_id)
    where rollup_customers.source_system = %(source)s and jalali_month = any(%(months)s)
        and states.state = 'published'
    group by jalali_month, customer_id
    having count(*) > 1
), parts as materialized (
    select load_id, jalali_month, event_date, invoice_id, customer_id, salesperson_id
    from everything
    where (jalali_month, invoice_id) in (select jalali_month, invoice_id from smaller)
        or (jalali_month, customer_id) in (select jalali_month, customer_id from customers)
), invoices as (
    select jalali_month, invoice_id
    from parts
    group by jalali_month, invoice_id
    having min(load_id) <> max(load_id)
), seen as (
    select load_id, jalali_month, 'invoice' as kind, grain, entity, invoice_id as item
    from parts
    join invoices using (jalali_month, invoice_id)
    cross join lateral (
        values ('day', event_date::text), ('month', ''), ('customer', customer_id),
            ('salesperson', salesperson_id)
    ) as grains (grain, entity)
    union
    select load_id, jalali_month, 'customer', grain, entity, customer_id
    from parts
    join customers using (jalali_month, customer_id)
    cross join lateral (values ('month', ''), ('salesperson', salesperson_id))
        as grains (grain, entity)
    union
    select load_id, jalali_month, 'day', 'customer', customer_id, event_date::text
    from parts
    join customers using (jalali_month, customer_id)
), surplus as (
    select jalali_month, kind, grain, entity, item, count(*) - 1 as times
    from seen
    where entity is not null
    group by jalali_month, kind, grain, entity, item
    having count(*) > 1
)
insert into kpi.double_counts (
    source_system, jalali_month, grain, entity, invoice_count, customer_count, active_days
)
select %(source)s, jalali_month, grain, entity,
    coalesce(sum(times) filter (where kind = 'invoice'), 0),
    coalesce(sum(times) filter (where kind = 'customer'), 0),
    coalesce(sum(times) filter (where kind = 'day'), 0)
from surplus
group by jalali_month, grain, entity
