-- Purpose: salespeople of a source as they were at the time, from what is published: all of
-- dim.observed_versions, or those that a change of the published loads touches, as names are spelt.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.salespeople (
    source_system, salesperson_id, valid_from, valid_to, salesperson_name, supervisor_id,
    supervisor_name, branch_id
)
select
    versions.source_system, versions.entity_id, versions.valid_from, versions.valid_to,
    {salesperson_name}, versions.attributes ->> 'supervisor_id', {supervisor_name},
    versions.attributes ->> 'branch_id'
from {versions} as versions
where versions.source_system = %(source)s and versions.dimension = 'salespeople'
