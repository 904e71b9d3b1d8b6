-- Purpose: the audit events that a filter asks for; part of other statements. Grain: one event. A
-- parameter that is null asks for nothing; `until` itself is not in it.
select event_id, at, actor, action, subject_kind, subject_id, detail, origin, hash
from app.audit_events
where (%(actors)s::text[] is null or actor = any(%(actors)s::text[]))
    and (%(actions)s::text[] is null or action = any(%(actions)s::text[]))
    and (%(kinds)s::text[] is null or subject_kind = any(%(kinds)s::text[]))
    and (%(subject_id)s::text is null or subject_id = %(subject_id)s::text)
    and (%(since)s::timestamptz is null or at >= %(since)s::timestamptz)
    and (%(until)s::timestamptz is null or at < %(until)s::timestamptz)
    and (
        %(text)s::text is null
        or concat_ws(' ', actor, action, subject_kind, subject_id, detail::text, origin)
            ilike %(text)s::text
    )
