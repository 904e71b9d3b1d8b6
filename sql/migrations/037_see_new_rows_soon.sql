-- Purpose: rows of a new month are looked up in the index alone as soon as older ones are. The server
-- notes which pages everybody sees only when it vacuums, and of tables that merely grow it does that
-- after a fifth more rows: in a house of three years after seven months, in which every look at one of
-- them asks the table besides. What is new is seen to within a minute; what is known is passed over.
alter table canonical.rejected_lines set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table canonical.set_aside_lines set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table dim.observations set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table dim.observed_spellings set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table dq.dq_issues set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table dq.product_prices set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table kpi.ranked_customers set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table kpi.rollup_customers set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table kpi.rollup_products set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table kpi.rollup_salespeople set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
alter table kpi.rollup_visits set
    (autovacuum_vacuum_insert_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0);
