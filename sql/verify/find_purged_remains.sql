-- Purpose: loads that were purged and of which something is there all the same. Grain: one load.
-- A purge is believed because the audit chain is held against app.purges (I8).
with kept as (
    select load_id, 'raw.file_chunks' as place from raw.file_chunks
    union all
    select load_id, 'raw.lines' from raw.lines
    union all
    select load_id, 'canonical.sales' from canonical.sales
    union all
    select load_id, 'canonical.rejected_lines' from canonical.rejected_lines
    union all
    select load_id, 'canonical.set_aside_lines' from canonical.set_aside_lines
    union all
    select load_id, 'dq.dq_issues' from dq.dq_issues
    union all
    select load_id, 'dq.product_prices' from dq.product_prices
    union all
    select load_id, 'dim.observations' from dim.observations
    union all
    select load_id, 'dim.observed_spellings' from dim.observed_spellings
    union all
    select load_id, 'kpi.rollup_invoices' from kpi.rollup_invoices
    union all
    select load_id, 'kpi.rollup_products' from kpi.rollup_products
    union all
    select load_id, 'kpi.rollup_days' from kpi.rollup_days
    union all
    select load_id, 'kpi.rollup_months' from kpi.rollup_months
    union all
    select load_id, 'kpi.rollup_customers' from kpi.rollup_customers
    union all
    select load_id, 'kpi.rollup_salespeople' from kpi.rollup_salespeople
    union all
    select load_id, 'kpi.rollup_visits' from kpi.rollup_visits
)
select kept.load_id, null::integer as line_no, string_agg(distinct kept.place, ', ') as found,
    1 as gaps
from kept
where kept.load_id in (select load_id from app.purges)
group by kept.load_id
order by kept.load_id
