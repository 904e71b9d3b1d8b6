-- Purpose: versions of one dimension that begin within the touched days make room for those of now.
delete from {table} as versions
using touched_spans as spans
where spans.dimension = %(dimension)s
    and versions.source_system = %(source)s
    and versions.{key} = spans.entity_id
    and versions.valid_from between spans.first_day and spans.last_day
