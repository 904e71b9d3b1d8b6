-- Purpose: one condition of a filter of issues: somebody gave it one of these statuses. Written so
-- that the search begins at the few issues with a state.
and said.status = any(%(statuses)s::text[])
