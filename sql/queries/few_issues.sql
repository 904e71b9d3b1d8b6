-- Purpose: which issues were counted, the first of them; part of the statements that count issues.
, (array_agg(issue_id))[:%(few)s::integer] as issue_ids
