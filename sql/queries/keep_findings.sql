-- Purpose: make what a run found visible. The fingerprint of an issue is the same in every load of
-- the month: source, business key of the line, rule and column. A message repeats no personal data.
with titles as (
    select code, title
    from unnest(%(codes)s::text[], %(titles)s::text[]) as titles (code, title)
), keyed as (
    select issues.*,
        coalesce(
            issues.business_key,
            concat_ws(
                '|', sales.invoice_id, sales.invoice_line_no, sales.customer_id, sales.product_id
            )
        ) as line_key
    from found_issues as issues
    left join {sales} as sales
        on issues.business_key is null
        and sales.load_id = %(load_id)s
        and sales.line_no = issues.line_no
), rejected as (
    insert into canonical.rejected_lines (load_id, line_no, net_amount)
    select %(load_id)s, line_no, net_amount
    from new_rejected_lines
), set_aside as (
    insert into canonical.set_aside_lines (load_id, line_no, kind)
    select %(load_id)s, line_no, kind
    from new_set_aside_lines
), products as (
    insert into kpi.rollup_products
    select %(load_id)s, %(source)s, jalali_month, product_id, sales_amount, returns_amount,
        sales_quantity, returned_quantity, sale_lines, return_lines
    from new_rollup_products
), prices as (
    insert into dq.product_prices (load_id, product_id, median_price, lines)
    select %(load_id)s, product_id, median_price, lines
    from new_product_prices
)
insert into dq.dq_issues (
    run_id, load_id, line_no, rule_code, severity, column_name, raw_value, message, impact_amount,
    fingerprint
)
select %(run_id)s, %(load_id)s, keyed.line_no, keyed.rule_code, keyed.severity, keyed.column_name,
    keyed.raw_value,
    coalesce(
        keyed.message,
        titles.title || case
            when keyed.column_name = any(%(personal)s::text[]) then ''
            else coalesce(': «' || left(keyed.raw_value, 200) || '»', '')
        end
    ),
    keyed.impact_amount,
    md5(concat_ws('|', %(source)s, keyed.line_key, keyed.rule_code, keyed.column_name))::uuid
from keyed
join titles on titles.code = keyed.rule_code
order by keyed.line_no nulls first, keyed.rule_code
