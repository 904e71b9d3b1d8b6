-- Purpose: salespeople of a source as they were at the time, from what is published.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.salespeople (
    source_system, salesperson_id, valid_from, valid_to, salesperson_name, supervisor_id,
    supervisor_name, branch_id
)
select
    source_system, entity_id, valid_from, valid_to, attributes ->> 'salesperson_name',
    attributes ->> 'supervisor_id', attributes ->> 'supervisor_name',
    attributes ->> 'branch_id'
from dim.observed_versions
where source_system = %(source)s and dimension = 'salespeople'
