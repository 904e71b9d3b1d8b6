-- Purpose: a mark of all that KPI views stand on: which runs of which loads are published, and the
-- last migration. Grain: one text.
select concat_ws(
    ' ',
    (select string_agg(load_id || ':' || run_id, ',' order by load_id)
        from app.load_states where state = 'published'),
    (select max(applied_at) from app.migrations)
) as mark
