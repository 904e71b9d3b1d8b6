-- Purpose: the views in our schemas, which are replaced as a whole. Grain: one view.
select schemaname, viewname
from pg_views
where schemaname in ('app', 'raw', 'canonical', 'dq', 'dim', 'kpi')
