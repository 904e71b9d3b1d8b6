-- Purpose: conditions of a filter of issues that an issue and its load answer by themselves; part of
-- other statements. A parameter that is null asks for nothing. Without loads by number, and without
-- states, it is drafts and published loads.
(%(issue_ids)s::bigint[] is null or issues.issue_id = any(%(issue_ids)s::bigint[]))
    and (%(loads)s::bigint[] is null or issues.load_id = any(%(loads)s::bigint[]))
    and (%(states)s::text[] is null or loads.state = any(%(states)s::text[]))
    and (%(source)s::text is null or loads.source_system = %(source)s::text)
    and (%(months)s::text[] is null or loads.period = any(%(months)s::text[]))
    -- said of the issues as well, so that the search begins at those of the month's loads
    and (%(months)s::text[] is null or issues.load_id = any(array(
        select months.load_id from app.load_states as months
        where months.period = any(%(months)s::text[])
    )))
    and (%(rules)s::text[] is null or issues.rule_code = any(%(rules)s::text[]))
    and (%(severities)s::text[] is null or issues.severity = any(%(severities)s::text[]))
    and (%(columns)s::text[] is null or issues.column_name = any(%(columns)s::text[]))
    and (%(salespeople)s::text[] is null or issues.salesperson_id = any(%(salespeople)s::text[]))
    and (%(branches)s::text[] is null or issues.branch_id = any(%(branches)s::text[]))
    -- nothing is found by a value that whoever asks sees masked
    and (%(text)s::text is null or case
        when %(has_case)s::boolean
        then issues.raw_value ilike %(text)s::text and {seen} or issues.message ilike %(text)s::text
        -- the same for a text without capital letters, in half the time
        else issues.raw_value like %(text)s::text and {seen} or issues.message like %(text)s::text
    end)
    -- in the words of the index by money
    and (%(min_amount)s::numeric is null
        or -coalesce(issues.impact_amount, '-Infinity') <= -%(min_amount)s::numeric)
    and (%(max_amount)s::numeric is null or issues.impact_amount is not null
        and -coalesce(issues.impact_amount, '-Infinity') >= -%(max_amount)s::numeric)
