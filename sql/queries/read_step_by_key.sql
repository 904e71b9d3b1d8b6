-- Purpose: the step that was done under a key, to be answered again. Grain: one row of the step.
select rows.source_system, rows.period, rows.step_no, rows.load_id, rows.action, rows.state_after,
    rows.undoes
from app.publications as keyed
join app.publications as rows using (source_system, period, step_no)
where keyed.key = %(key)s
order by rows.publication_id
