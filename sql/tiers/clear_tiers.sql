-- Purpose: the sums of a load's earlier run make room for those of this one.
with days as (
    delete from kpi.rollup_days where load_id = %(load_id)s
), months as (
    delete from kpi.rollup_months where load_id = %(load_id)s
), customers as (
    delete from kpi.rollup_customers where load_id = %(load_id)s
), salespeople as (
    delete from kpi.rollup_salespeople where load_id = %(load_id)s
)
delete from kpi.rollup_visits where load_id = %(load_id)s
