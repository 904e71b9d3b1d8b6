-- Question: which loads are published, and from which run and in which currency are their figures?
-- Grain: one load. Formula: app.load_states. Edge cases: runs as its owner, so that whoever reads
-- figures need not see how loads came about. is_sample: handed in as invented data, under the name
-- that pipeline/access/names.py keeps for it.
create view kpi.published_loads as
select states.load_id, states.source_system, states.period, states.run_id,
    runs.mapping ->> 'currency' as currency,
    loads.received_by = 'sample' as is_sample
from app.load_states as states
left join app.runs on runs.run_id = states.run_id
left join raw.loads on loads.load_id = states.load_id
where states.state = 'published'
