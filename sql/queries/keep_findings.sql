-- Purpose: make what a run found visible. The fingerprint of an issue is the same in every load of
-- the month: source, business key of the line, rule and column. The issue key tells twins apart as
-- well, see migration 012. A message repeats no personal data.
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
        ) as line_key,
        coalesce(issues.salesperson_id, sales.salesperson_id) as salesperson
    from found_issues as issues
    left join {sales} as sales
        on issues.business_key is null
        and sales.load_id = %(load_id)s
        and sales.line_no = issues.line_no
), named as (
    select keyed.*,
        md5(concat_ws('|', %(source)s::text, line_key, rule_code, column_name))::uuid as fingerprint
    from keyed
), same as (
    select named.*,
        md5(concat_ws(
            chr(31), %(source)s::text, %(period)s::text, fingerprint,
            case when column_name is null then coalesce(raw_value, '') end
        )) as same
    from named
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
    fingerprint, issue_key, salesperson_id, branch_id
)
select %(run_id)s, %(load_id)s, same.line_no, same.rule_code, same.severity, same.column_name,
    same.raw_value,
    coalesce(
        same.message,
        titles.title || case
            when same.column_name = any(%(personal)s::text[]) then ''
            else coalesce(': «' || left(same.raw_value, 200) || '»', '')
        end
    ),
    same.impact_amount, same.fingerprint,
    md5(concat_ws(
        chr(31), same.same,
        row_number() over (partition by same.same order by same.line_no)
    ))::uuid,
    same.salesperson, same.branch_id
from same
join titles on titles.code = same.rule_code
order by same.line_no nulls first, same.rule_code
