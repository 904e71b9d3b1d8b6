-- Purpose: what an earlier run of the load had found makes room for this one.
with issues as (
    delete from dq.dq_issues where load_id = %(load_id)s
), rejected as (
    delete from canonical.rejected_lines where load_id = %(load_id)s
), set_aside as (
    delete from canonical.set_aside_lines where load_id = %(load_id)s
), observations as (
    delete from dim.observations where load_id = %(load_id)s
), spellings as (
    delete from dim.observed_spellings where load_id = %(load_id)s
), prices as (
    delete from dq.product_prices where load_id = %(load_id)s
)
delete from kpi.rollup_products where load_id = %(load_id)s
