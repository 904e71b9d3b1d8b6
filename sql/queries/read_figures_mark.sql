-- Purpose: a mark that changes whenever figures may have changed: the last step of any month and the
-- last run that came to an end. Grain: one pair of numbers.
select
    (select coalesce(max(publication_id), 0) from app.publications) as last_step,
    (select coalesce(max(run_id), 0) from app.runs where state = 'done') as last_run
