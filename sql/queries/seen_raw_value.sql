-- Purpose: whether whoever asks may see the raw value of an issue; part of other statements. A column
-- that is known to hold nothing personal is seen by all.
(%(sees_personal)s::boolean or files.received_by = %(owner)s::text or exists (
    select from jsonb_array_elements(runs.mapping -> 'matches') as match
    where match ->> 'header' = issues.column_name
        and match ->> 'column' <> all (%(personal)s::text[])
))
