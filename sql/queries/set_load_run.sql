-- Purpose: a load shows the results of a run; a published load stays published. Grain: one load.
update app.load_states
set run_id = %(run_id)s,
    period = %(period)s,
    state = case when state in ('received', 'failed') then 'draft' else state end,
    changed_at = clock_timestamp()
where load_id = %(load_id)s
