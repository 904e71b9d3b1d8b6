-- Question: which months does each published load tell of?
-- Grain: one load and month. Formula: kpi.rollup_months of published loads, without its sums. Edge
-- cases: runs as its owner, so that it finds the loads also for somebody who may see no sums.
create view kpi.published_months as
select rollup.load_id, rollup.source_system, rollup.jalali_month
from kpi.rollup_months as rollup
join app.load_states as states using (load_id)
where states.state = 'published'
