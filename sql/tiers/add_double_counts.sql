-- Purpose: what the published loads of a source count more than once in the given months.
-- Grain: one figure; each count is how often too often. What is in one load alone is left out first.
with parts as materialized (
    select load_id, jalali_month, event_date, invoice_id, customer_id, salesperson_id
    from kpi.published_invoices
    where source_system = %(source)s and jalali_month = any(%(months)s)
), invoices as (
    select jalali_month, invoice_id
    from parts
    group by jalali_month, invoice_id
    having min(load_id) <> max(load_id)
), customers as (
    select jalali_month, customer_id
    from kpi.rollup_customers
    join app.load_states as states using (load_id)
    where rollup_customers.source_system = %(source)s and jalali_month = any(%(months)s)
        and states.state = 'published'
    group by jalali_month, customer_id
    having count(*) > 1
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
