-- Purpose: a run begins. Grain: one run.
insert into app.runs (load_id, started_by, mapping, inspection, rules)
values (%(load_id)s, %(started_by)s, %(mapping)s, %(inspection)s, %(rules)s)
returning run_id, started_at
