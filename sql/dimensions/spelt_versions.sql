-- Purpose: versions of one dimension with their names as they are shown. Grain: that of the versions.
(
    select source_system, entity_id, valid_from, valid_to,
        attributes || coalesce(
            (
                select jsonb_object_agg(known.attribute, known.written)
                from jsonb_each_text(attributes) as said (attribute, folded)
                join dim.spellings as known using (attribute, folded)
                where known.source_system = versions.source_system
            ),
            '{{}}'
        ) as attributes
    from {versions} as versions
    where source_system = %(source)s and dimension = %(dimension)s
) as versions
