-- Purpose: a table of a few dozen rows changes too little for the server's habit, and is then never
-- analysed; the planner takes it for a large one and reads every fact once per load. A minute after
-- a change is soon enough.
alter table app.load_states set (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
alter table app.runs set (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
alter table raw.loads set (autovacuum_analyze_threshold = 1, autovacuum_analyze_scale_factor = 0);
