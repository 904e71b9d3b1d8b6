-- Purpose: products of a source as they were at the time, from what is published: all of
-- dim.observed_versions, or those that a change of the published loads touches, as names are spelt.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.products (
    source_system, product_id, valid_from, valid_to, product_name, barcode, brand_id, brand,
    product_group_id, product_group, product_subgroup, supplier, unit_of_measure,
    pieces_per_carton, unit_weight
)
select
    source_system, entity_id, valid_from, valid_to, attributes ->> 'product_name',
    attributes ->> 'barcode', attributes ->> 'brand_id', attributes ->> 'brand',
    attributes ->> 'product_group_id', attributes ->> 'product_group',
    attributes ->> 'product_subgroup', attributes ->> 'supplier',
    attributes ->> 'unit_of_measure', attributes ->> 'pieces_per_carton',
    attributes ->> 'unit_weight'
from {versions}
