-- Purpose: customers of a source as they were at the time, from what is published: all of
-- dim.observed_versions, or those that a change of the published loads touches, as names are spelt.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.customers (
    source_system, customer_id, valid_from, valid_to, customer_name, national_id, phone,
    address, trade_class, sales_channel, region_id, region, route_id, route, province, city,
    country
)
select
    versions.source_system, versions.entity_id, versions.valid_from, versions.valid_to,
    {customer_name}, versions.attributes ->> 'national_id', versions.attributes ->> 'phone',
    {address}, {trade_class}, {sales_channel}, versions.attributes ->> 'region_id', {region},
    versions.attributes ->> 'route_id', {route}, {province}, {city}, {country}
from {versions} as versions
where versions.source_system = %(source)s and versions.dimension = 'customers'
