-- Purpose: which lines only one side has, by invoice and line number of the invoice; a key that both
-- have with other content, or another number of lines, is changed. Grain: one row.
with lines as (
    select load_id, invoice_id, invoice_line_no, net_amount,
        -- half of a hash, so that every one of them can be negated
        hash_record_extended(row(
            customer_id, product_id, salesperson_id, transaction_type, event_date, quantity,
            free_quantity, unit_price, gross_amount, discount_volume, discount_cash, tax_amount,
            net_amount, return_reason, reference_invoice_id
        ), 0) / 2 as content
    from canonical.sales
    where load_id = any(%(leaving)s::bigint[] || %(entering)s::bigint[])
), keys as (
    select invoice_id, invoice_line_no,
        count(*) filter (where load_id = any(%(leaving)s)) as lines_before,
        count(*) filter (where load_id = any(%(entering)s)) as lines_after,
        coalesce(sum(net_amount) filter (where load_id = any(%(leaving)s)), 0) as net_before,
        coalesce(sum(net_amount) filter (where load_id = any(%(entering)s)), 0) as net_after,
        sum(case when load_id = any(%(entering)s) then content else -content end) as difference
    from lines
    group by invoice_id, invoice_line_no
)
select coalesce(sum(lines_before), 0)::bigint as lines_before,
    coalesce(sum(lines_after), 0)::bigint as lines_after,
    coalesce(sum(lines_before) filter (where lines_after = 0), 0)::bigint as only_before,
    coalesce(sum(net_before) filter (where lines_after = 0), 0) as only_before_net,
    coalesce(sum(lines_after) filter (where lines_before = 0), 0)::bigint as only_after,
    coalesce(sum(net_after) filter (where lines_before = 0), 0) as only_after_net,
    count(*) filter (where lines_before > 0 and lines_after > 0 and difference <> 0)
        as changed_keys,
    coalesce(sum(net_after - net_before) filter (where lines_before > 0 and lines_after > 0), 0)
        as changed_net
from keys
