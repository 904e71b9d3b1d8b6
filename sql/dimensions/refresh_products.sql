-- Purpose: products of a source as they were at the time, from what is published: all of
-- dim.observed_versions, or those that a change of the published loads touches, as names are spelt.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.products (
    source_system, product_id, valid_from, valid_to, product_name, barcode, brand_id, brand,
    product_group_id, product_group, product_subgroup, supplier, unit_of_measure,
    pieces_per_carton, unit_weight
)
select
    versions.source_system, versions.entity_id, versions.valid_from, versions.valid_to,
    {product_name}, versions.attributes ->> 'barcode', versions.attributes ->> 'brand_id', {brand},
    versions.attributes ->> 'product_group_id', {product_group}, {product_subgroup}, {supplier},
    {unit_of_measure}, {pieces_per_carton}, {unit_weight}
from {versions} as versions
where versions.source_system = %(source)s and versions.dimension = 'products'
