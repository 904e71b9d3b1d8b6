-- Question: may figures have changed since I last looked?
-- Grain: one pair of numbers that is another one whenever they may. Formula: the last step of any
-- month and the last run that came to an end. Edge cases: runs as its owner.
create view kpi.figures_mark as
select
    (select coalesce(max(publication_id), 0) from app.publications) as last_step,
    (select coalesce(max(run_id), 0) from app.runs where state = 'done') as last_run
