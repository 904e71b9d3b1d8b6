-- Purpose: the raw value of an issue, masked where it may be personal and whoever asks may not see
-- it; part of other statements. A column that is known to hold nothing personal is shown to all.
case
    when issues.raw_value is null or issues.raw_value = '' or %(sees_personal)s::boolean
        or files.received_by = %(owner)s::text
        or exists (
            select from jsonb_array_elements(runs.mapping -> 'matches') as match
            where match ->> 'header' = issues.column_name
                and match ->> 'column' <> all (%(personal)s::text[])
        )
    then issues.raw_value
    else %(mask)s::text
end
