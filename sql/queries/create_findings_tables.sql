-- Purpose: what a run finds, gathered before it is made visible in one step. Grain: as the tables
-- they go to.
create temporary table found_issues (
    line_no         integer,
    rule_code       text not null,
    severity        text not null,
    column_name     text,
    raw_value       text,
    impact_amount   numeric,
    business_key    text,
    message         text,
    salesperson_id  text,
    branch_id       text
) on commit drop;
create temporary table new_rejected_lines (
    line_no     integer not null,
    net_amount  numeric
) on commit drop;
create temporary table new_set_aside_lines (
    line_no     integer not null,
    kind        text not null
) on commit drop;
create temporary table new_rollup_products (
    like kpi.rollup_products
) on commit drop;
alter table new_rollup_products alter column load_id drop not null;
alter table new_rollup_products alter column source_system drop not null;
create temporary table new_product_prices (
    product_id      text not null,
    median_price    numeric not null,
    lines           integer not null
) on commit drop
