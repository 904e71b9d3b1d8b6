-- Purpose: a mark of the state of every load, of what was purged and the last migration. Grain: one
-- text.
select concat_ws(
    ' ',
    (select string_agg(concat_ws(':', load_id, state, period, run_id), ',' order by load_id)
        from app.load_states),
    (select count(*) from app.purges),
    (select max(applied_at) from app.migrations)
) as mark
