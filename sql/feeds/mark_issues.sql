-- Purpose: a mark of the state of every load and of what was last said of an issue. Grain: one text.
select concat_ws(
    ' ',
    (select string_agg(concat_ws(':', load_id, state, period, run_id), ',' order by load_id)
        from app.load_states),
    (select count(*) from app.purges),
    -- acts on issues come one after the other, so their numbers do too
    (select max(event_id) from dq.issue_events),
    (select max(applied_at) from app.migrations)
) as mark
