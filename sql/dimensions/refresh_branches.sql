-- Purpose: branches of a source as they were at the time, from what is published: all of
-- dim.observed_versions, or those that a change of the published loads touches, as names are spelt.
-- Grain: one span of days in which the attributes of one entity held.
insert into dim.branches (
    source_system, branch_id, valid_from, valid_to, branch_name
)
select
    versions.source_system, versions.entity_id, versions.valid_from, versions.valid_to,
    {branch_name}
from {versions} as versions
where versions.source_system = %(source)s and versions.dimension = 'branches'
