-- Purpose: customers of a source as they were at the time, from what is published: all of
-- dim.observed_versions, or those that a change of the published loads touches, as names are spelt.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.customers (
    source_system, customer_id, valid_from, valid_to, customer_name, national_id, phone,
    address, trade_class, sales_channel, region_id, region, route_id, route, province, city,
    country
)
select
    source_system, entity_id, valid_from, valid_to, attributes ->> 'customer_name',
    attributes ->> 'national_id', attributes ->> 'phone', attributes ->> 'address',
    attributes ->> 'trade_class', attributes ->> 'sales_channel',
    attributes ->> 'region_id', attributes ->> 'region', attributes ->> 'route_id',
    attributes ->> 'route', attributes ->> 'province', attributes ->> 'city',
    attributes ->> 'country'
from {versions}
