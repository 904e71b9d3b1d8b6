-- Purpose: where each table of the data lives once it is spread over machines (Citus). Grain: one
-- table; `place` is by_column (large: its rows are spread by the hash of `column_name`), everywhere
-- (small and joined to large ones: a copy on each machine) or one (on the machine that is asked).
-- RAW and facts are spread by the line, so that a line's text, fact and refusal sit together; sums by
-- whom they are about; issues by their load.
select places.table_name, places.place, places.column_name
from (
    values
        ('app.load_states', 'everywhere', null),
        ('app.runs', 'everywhere', null),
        ('dim.branches', 'everywhere', null),
        ('dim.customers', 'everywhere', null),
        ('dim.jalali_months', 'everywhere', null),
        ('dim.products', 'everywhere', null),
        ('dim.salespeople', 'everywhere', null),
        ('dim.spellings', 'everywhere', null),
        ('kpi.double_counts', 'everywhere', null),
        ('kpi.rollup_days', 'everywhere', null),
        ('kpi.rollup_months', 'everywhere', null),
        ('kpi.rollup_salespeople', 'everywhere', null),
        ('raw.lines', 'by_column', 'line_no'),
        ('raw.file_chunks', 'by_column', 'chunk_no'),
        ('canonical.sales', 'by_column', 'line_no'),
        ('canonical.rejected_lines', 'by_column', 'line_no'),
        ('canonical.set_aside_lines', 'by_column', 'line_no'),
        ('dq.dq_issues', 'by_column', 'load_id'),
        ('dq.product_prices', 'by_column', 'product_id'),
        ('dim.observations', 'by_column', 'entity_id'),
        ('dim.observed_spellings', 'by_column', 'folded'),
        ('kpi.rollup_invoices', 'by_column', 'customer_id'),
        ('kpi.rollup_customers', 'by_column', 'customer_id'),
        ('kpi.rollup_visits', 'by_column', 'customer_id'),
        ('kpi.rollup_products', 'by_column', 'product_id'),
        ('kpi.ranked_customers', 'by_column', 'customer_id'),
        ('raw.loads', 'one', null),
        ('dq.column_profiles', 'one', null),
        ('dq.dq_run_stats', 'one', null),
        ('dq.issue_events', 'one', null),
        ('dq.issue_states', 'one', null),
        ('dq.reconciliations', 'one', null),
        ('dq.rule_settings', 'one', null),
        ('kpi.double_counted_months', 'one', null),
        ('kpi.ranked_months', 'one', null)
) as places (table_name, place, column_name)
